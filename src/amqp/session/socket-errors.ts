// What sockets, name servers and TLS throw → our errors, each with its sentence and its way out.
import { errorCode, Failure, messageOf, Undecodable, Unreachable } from "../../errors.ts";
import { addressOf } from "../../address.ts";
import type { Target } from "./target.ts";

/** Certificate errors by OpenSSL's code, each with its cause in plain words. */
const tlsCauses: Readonly<Record<string, readonly [string, string]>> = {
  CERT_HAS_EXPIRED: ["its certificate has expired", "renew the broker's certificate"],
  CERT_NOT_YET_VALID: ["its certificate is not valid yet", "check the clocks of both machines"],
  DEPTH_ZERO_SELF_SIGNED_CERT: [
    "its certificate is self-signed",
    "give that certificate with --cafile",
  ],
  SELF_SIGNED_CERT_IN_CHAIN: [
    "its certificate comes from a CA that is not trusted",
    "give that CA with --cafile",
  ],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: [
    "its certificate comes from a CA that is not trusted",
    "give that CA with --cafile",
  ],
  UNABLE_TO_GET_ISSUER_CERT: ["its certificate chain is incomplete", "give the CA with --cafile"],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: [
    "its certificate comes from a CA that is not trusted",
    "give that CA with --cafile",
  ],
  CERT_REVOKED: ["its certificate was revoked", "ask whoever runs the broker"],
  CERT_SIGNATURE_FAILURE: ["its certificate is not signed by the CA given", "check --cafile"],
};

/** Undefined when it is not a TLS error. */
export function fromTls(error: unknown, target: Target): Failure | undefined {
  const code = errorCode(error);
  const where = addressOf(target);
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    const wanted = error instanceof Error && "host" in error ? error.host : target.host;
    return new Untrusted(
      `TLS: ${where} shows a certificate for another name than "${String(wanted)}": ${certificateNames(error)}`,
      target.flags.subjectname
        ? "--subjectname must be a name of that certificate"
        : "connect by a name of the certificate, or name one with --subjectname",
      error,
    );
  }
  const known = tlsCauses[code];
  if (known) return new Untrusted(`TLS: ${where} is not trusted: ${known[0]}`, known[1], error);
  if (code === "ERR_SSL_WRONG_VERSION_NUMBER" || code === "ERR_SSL_PACKET_LENGTH_TOO_LONG") {
    return new Untrusted(
      `TLS: ${where} does not speak TLS`,
      "use the broker's TLS port (5671), or leave TLS off",
      error,
    );
  }
  if (/^ERR_SSL_|^ERR_TLS_|^EPROTO$/.test(code)) {
    const reason =
      error instanceof Error
        ? error.message.replace(/^.*SSL routines:[^:]*:/, "").split(":")[0]
        : code;
    return new Untrusted(
      `TLS: ${where} refused the handshake: ${reason}`,
      handshakeHint(code, target),
      error,
    );
  }
  return undefined;
}

/** The way out when the broker has refused the handshake, without a word on why but the alert's name. */
function handshakeHint(code: string, { flags: { certificate } }: Target): string {
  if (certificate) return `check ${certificate}, and which TLS versions the broker allows`;
  return code === "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED"
    ? "the broker wants a client certificate: give --cert and --key"
    : "check which TLS versions the broker allows; if it wants a client certificate, give --cert and --key";
}

/** The names that the refused certificate carries. Node's own text has them for host names, but not for addresses. */
function certificateNames(error: unknown): string {
  const cert = error instanceof Error && "cert" in error ? error.cert : undefined;
  const names =
    typeof cert === "object" && cert !== null && "subjectaltname" in cert
      ? cert.subjectaltname
      : undefined;
  return typeof names === "string" ? names : "it names none";
}

/** No connection because one side does not accept the other's TLS identity: final, trying again does not help. */
class Untrusted extends Failure {
  constructor(message: string, hint: string, cause: unknown) {
    super("unreachable", message, hint, cause);
  }
}

/** Where its host and port were given. */
function places({ flags }: Target): string {
  return [...new Set([flags.host, flags.port])].join(" and ");
}

/** Any other error: the connection could not be had, or was lost. */
export function fromSocket(error: unknown, target: Target): Failure {
  const where = addressOf(target);
  const message = messageOf(error);
  switch (errorCode(error)) {
    case "ECONNREFUSED":
      return new Unreachable(
        `nobody listens on ${where}`,
        `start the broker, check ${places(target)}, or wait for it with --wait 30`,
        error,
      );
    case "ENOTFOUND":
    case "EAI_NONAME":
      return new Unreachable(`unknown host "${target.host}"`, `check ${target.flags.host}`, error);
    case "EAI_AGAIN":
      return new Unreachable(
        `the name server does not answer for "${target.host}"`,
        "check the network, or use an address",
        error,
      );
    case "ETIMEDOUT":
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return new Unreachable(
        `${where} cannot be reached over the network`,
        "check the address and the firewall",
        error,
      );
    case "EACCES":
    case "EPERM":
      return new Unreachable(
        `connecting to ${where} is not permitted here`,
        "check the firewall of this machine",
        error,
      );
  }
  const [, mechanism] = /SASL mechanism (\w+) is not provided/.exec(message) ?? [];
  if (mechanism !== undefined) {
    return new Failure(
      "refused",
      `the broker does not offer login by ${mechanism}`,
      mechanism === "EXTERNAL"
        ? "enable the broker's plugin rabbitmq_auth_mechanism_ssl, and list in rabbitmq.conf auth_mechanisms.1 = PLAIN, auth_mechanisms.2 = AMQPLAIN, auth_mechanisms.3 = EXTERNAL; or use --auth plain"
        : "let the broker offer it (auth_mechanisms), or log in by certificate with --auth external",
      error,
    );
  }
  if (
    /Frame size \d+ exceeds|Invalid frame|Unknown frame type|Expected ConnectionStart/.test(
      message,
    ) &&
    !/closed/i.test(message)
  ) {
    return new Unreachable(
      `what ${where} sends is not AMQP 0-9-1`,
      "5672 is the usual port, 5671 with TLS; 15672 is the web interface",
      error,
    );
  }
  return new Unreachable(`the connection to ${where} was lost: ${message}`, undefined, error);
}

/** What the broker says of itself before the connection is open cannot be decoded: no message of a queue is to blame. */
export function fromGreeting(failure: Failure, target: Target): Failure {
  if (!(failure instanceof Undecodable)) return failure;
  return new Unreachable(
    `the handshake of ${addressOf(target)} cannot be decoded: ${messageOf(failure.cause)}`,
    "check that this is a broker for AMQP 0-9-1, and nothing in between changes what it sends",
    failure.cause,
  );
}

/** The other side has ended the connection before it was open: by FIN, in amqplib's words, or by RST. Else undefined. */
export function fromHangUp(error: unknown, target: Target): Failure | undefined {
  const isFin = error instanceof Error && error.message.includes("closed abruptly");
  if (!isFin && !/^(ECONNRESET|EPIPE)$/.test(errorCode(error))) return undefined;
  const hint = target.tls
    ? "check that this is the broker's TLS port"
    : "if this is the broker's TLS port, add --enable-tls; for a broker that is still starting, --wait 30";
  const where = addressOf(target);
  return new Unreachable(`${where} closed the connection during the handshake`, hint, error);
}
