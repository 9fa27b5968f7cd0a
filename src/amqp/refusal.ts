// What amqplib, the socket, TLS and the broker throw → our errors, each with its sentence and its way out.
// The only place where their texts are read.
import { Failure, Refused, Unreachable, type Reply, Undecodable } from "../errors.ts";
import { DecodeError } from "./table.ts";

/** Where it happened, for the sentence: never holds a secret. */
export interface Place {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly vhost: string;
  readonly username: string;
}

/** Any error of a connection or channel as a Failure. Errors that are ours already pass through. */
export function toFailure(error: unknown, place: Place): Failure {
  if (error instanceof Failure) return error;
  const reply = toReply(error);
  if (reply) return fromReply(reply, place, error);
  return fromDecoder(error) ?? fromTls(error, place) ?? fromSocket(error, place);
}

/** The broker's code and text inside an error of amqplib, which prints them as `404 (NOT-FOUND) with message "…"`. */
function toReply(error: unknown): Reply | undefined {
  const message = error instanceof Error ? error.message : String(error);
  const [, code, text] = /(\d{3}) \([\w-]*\) with message "(.*)"$/s.exec(message) ?? [];
  return code === undefined || text === undefined ? undefined : { code: Number(code), text };
}

/** amqplib's decoder and ours throw these at what no client should have written. */
function fromDecoder(error: unknown): Failure | undefined {
  const isDecoder =
    error instanceof RangeError ||
    error instanceof DecodeError ||
    (error instanceof TypeError && /type tag/.test(error.message));
  return isDecoder ? new Undecodable(error.message, error) : undefined;
}

/** Is this the answer of a broker that denies transient non-exclusive queues (RabbitMQ 4.3 release notes)? */
export function deniesTransientQueues(failure: Failure): boolean {
  return failure instanceof Refused && failure.reply.text.includes("transient_nonexcl_queues");
}

/** A broker's reply as a failure; `passing` ones (restart, home node down, garbled frames) may be tried again. */
export function fromReply(reply: Reply, place: Place, cause?: unknown): Failure {
  if (isPassing(reply)) {
    return new Unreachable(
      `the broker closed the connection: ${reply.code} ${reply.text}`,
      undefined,
      cause,
    );
  }
  const hint = hints.find(
    ([code, pattern]) => code === reply.code && pattern.test(reply.text),
  )?.[2];
  const sentence = typeof hint === "function" ? hint(reply.text, place) : hint;
  return new Refused(reply, sentence, cause);
}

function isPassing({ code, text }: Reply): boolean {
  if (code === 320) return true; // connection-forced: shutdown, or closed by an operator
  if (code >= 501 && code <= 505) return true; // a garbled frame, not a decision
  if (code === 541) return !text.includes("deprecated");
  return (
    (code === 404 && /home node|process is stopped/.test(text)) ||
    /delivery acknowledgement.*timed out/.test(text)
  );
}

type Hint = string | ((text: string, place: Place) => string);

/** Code, what its text looks like, and the way out. First match wins. */
const hints: readonly (readonly [number, RegExp, Hint?])[] = [
  [403, /Login was refused|user '.*' - |credentials/i, loginHint],
  [403, /access to (vhost|exchange|queue|topic)/i, permissionHint],
  [403, /'amq\.|reserved/i, "names that begin with amq. belong to the broker; choose another"],
  [403, /exclusive|consumer/i, "another consumer holds this queue exclusively; stop it first"],
  [
    403,
    /default exchange|operation not permitted/i,
    "the default exchange cannot be declared, bound or deleted; name one with -e",
  ],
  [403, /./, permissionHint],
  [
    404,
    /no exchange/,
    "declare the exchange with -E (and -t TYPE), or start the side that declares it first",
  ],
  [404, /no queue/, "declare the queue with -Q, or start the side that declares it first"],
  [404, /./, "it does not exist in this vhost; check its name and --vhost"],
  [
    405,
    /./,
    "the queue is exclusive to another connection; use another name or wait until that connection ends",
  ],
  [406, /inequivalent arg/, inequivalenceHint],
  [
    406,
    /message size/i,
    "the message is larger than the broker's limit (max_message_size); split it",
  ],
  [406, /user_id/i, "--user-id must be the user of the connection"],
  [
    406,
    /invalid arg|unknown exchange type|invalid property/i,
    "the broker does not accept this value; see its text above",
  ],
  [
    503,
    /unknown exchange type/,
    "-t must name a type that this broker has; further types come with plugins",
  ],
  [
    530,
    /connection limit|connections in|limit.*reached/i,
    "raise the limit (rabbitmqctl set_vhost_limits or set_user_limits) or close a connection",
  ],
  [530, /vhost.*not found|no access to this vhost|access to vhost/i, vhostHint],
  [530, /reuse consumer tag/i, "two consumers cannot share one --consumer-tag on a channel"],
  [541, /deprecated/, "the broker denies a deprecated feature; use --durable-queue or --exclusive"],
];

function loginHint(_text: string, place: Place): string {
  return `check user "${place.username}" and its password; guest may log in only from the broker's own machine`;
}

function permissionHint(_text: string, place: Place): string {
  return `grant it: rabbitmqctl set_permissions -p "${place.vhost}" "${place.username}" CONFIGURE WRITE READ`;
}

function vhostHint(text: string, place: Place): string {
  return /not found/.test(text)
    ? `create it (rabbitmqctl add_vhost "${place.vhost}") or check --vhost`
    : permissionHint(text, place);
}

/** The broker names the first argument that differs; both sides are in its text. */
function inequivalenceHint(text: string): string {
  const pattern =
    /inequivalent arg '(.*?)' for (\w+) '(.*?)' in vhost .*?: received (.*?) but current is (.*)$/s;
  const [, argument, kind, name, asked, current] = pattern.exec(text) ?? [];
  if (argument === undefined)
    return "it exists with other properties; use the same flags or another name";
  const plain = (value = ""): string =>
    value
      .replace(/^the value /, "")
      .replace(/ of type '\w+'$/, "")
      .replaceAll("'", "");
  return `${kind} ${name} exists with ${argument}=${plain(current)}, you asked for ${argument}=${plain(asked)}; use the same flags, another name, or delete it`;
}

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

function fromTls(error: unknown, place: Place): Failure | undefined {
  const code = errorCode(error);
  const where = `${place.host}:${place.port}`;
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    const reason = error instanceof Error ? error.message.replace(/^.*altnames?: /, "") : "";
    return new Untrusted(
      `TLS: ${where} shows a certificate for another name: ${reason}`,
      "connect by a name of the certificate, or name one with --subjectname",
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
      "check --cert and --key, and which TLS versions the broker allows",
      error,
    );
  }
  return undefined;
}

/** No connection because one side does not accept the other's TLS identity: final, trying again does not help. */
class Untrusted extends Failure {
  constructor(message: string, hint: string, cause: unknown) {
    super("unreachable", message, hint, cause);
  }
}

function fromSocket(error: unknown, place: Place): Failure {
  const where = `${place.host}:${place.port}`;
  const message = error instanceof Error ? error.message : String(error);
  switch (errorCode(error)) {
    case "ECONNREFUSED":
      return new Unreachable(
        `nobody listens on ${where}`,
        "start the broker, check --server-name and --port-number, or wait for it with --wait 30",
        error,
      );
    case "ENOTFOUND":
    case "EAI_NONAME":
      return new Unreachable(`unknown host "${place.host}"`, "check --server-name or --url", error);
    case "EAI_AGAIN":
      return new Unreachable(
        `the name server does not answer for "${place.host}"`,
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
  if (/SASL mechanism (\w+) is not provided/.test(message)) {
    return new Failure(
      "refused",
      message.replace(/.*SASL mechanism (\w+).*/, "the broker does not offer login by $1"),
      "enable the broker's plugin rabbitmq_auth_mechanism_ssl, or use --auth plain",
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
  if (/abruptly/.test(message)) return closedEarly(where, place, error);
  return new Unreachable(`the connection to ${where} was lost: ${message}`, undefined, error);
}

function closedEarly(where: string, place: Place, error: unknown): Failure {
  const hint = place.tls
    ? "check that this is the broker's TLS port"
    : "if this is the broker's TLS port, add --enable-tls";
  return new Unreachable(`${where} closed the connection during the handshake`, hint, error);
}

function errorCode(error: unknown): string {
  if (typeof error !== "object" || error === null || !("code" in error)) return "";
  return String(error.code);
}
