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
    details: "external needs the broker's plugin rabbitmq_auth_mechanism_ssl and --cert or --pfx.",
  }),
};
