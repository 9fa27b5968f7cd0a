// TLS: on as soon as one of these is given, and always verified unless --insecure says otherwise.
import { file, oneOf, text, toggle } from "../flag.ts";

const group = "TLS";

export const tlsFlags = {
  enableTls: toggle({
    group,
    summary: "use TLS, verified against the system's CAs",
    details:
      "TLS 1.2 or newer. Unlike the Python sample, the broker's certificate and name are always verified; --insecure switches that off.",
  }),
  cafile: file({ group, summary: "PEM file of the CAs to trust instead; turns TLS on" }),
  subjectname: text({
    group,
    placeholder: "NAME",
    summary: "name that the certificate must carry; turns TLS on",
    details: "Replaces the host name both in the check and in the name sent to the broker (SNI).",
  }),
  insecure: toggle({ group, summary: "TLS, but not verified; warns on every run" }),
  cert: file({ group, summary: "PEM client certificate; needs --key; turns TLS on" }),
  key: file({ group, summary: "PEM private key of --cert" }),
  pfx: file({ group, summary: "PKCS#12 certificate and key; turns TLS on" }),
  passphraseFile: file({
    group,
    writtenOut: true,
    summary: "file whose first line unlocks --key or --pfx",
    details: "- is standard input.",
  }),
  auth: oneOf(["plain", "external"])({
    group,
    default: "plain",
    summary: "login by password, or by client certificate",
    details:
      "external needs --cert or --pfx, the broker's plugin rabbitmq_auth_mechanism_ssl, and EXTERNAL in its rabbitmq.conf, where the list replaces the default one: `auth_mechanisms.1 = PLAIN`, `auth_mechanisms.2 = AMQPLAIN`, `auth_mechanisms.3 = EXTERNAL`. The user's name is the certificate's whole subject (`CN=client`), or its common name with `ssl_cert_login_from = common_name`.",
  }),
};
