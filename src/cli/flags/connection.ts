// Where the broker is, who we are there, and how long to try. What these flags mean together: ../connection-plan.ts.
import { ValueError } from "../../errors.ts";
import { count, file, one, readName, text, toggle } from "../flag.ts";
import { duration, outage, positiveDuration, wholeSeconds } from "../time-flag.ts";

const group = "Connection";

/** An IPv6 address may stand in brackets, as in a URL. */
const host = one("HOST", (value) => {
  if (/^amqps?:/i.test(value))
    throw new ValueError("expected a host alone; a URL belongs to --url");
  if (/^([^:]+|\[.*\]):\d+$/.test(value))
    throw new ValueError("expected a host alone; its port belongs to --port-number");
  const bare = value.replace(/^\[(.*)\]$/, "$1");
  if (bare === "") throw new ValueError("expected a host name or address");
  return readName(bare);
});

const vhost = one("VHOST", (value) => {
  if (value === "") throw new ValueError('expected a name; the usual one is "/"');
  return readName(value);
});

export const connectionFlags = {
  url: text({
    group,
    short: "u",
    placeholder: "URL[,URL...]",
    usual: true,
    secret: true,
    summary: "amqp:// or amqps:// URL; several: fail-over list",
    details:
      "User, password and vhost are percent-decoded as UTF-8. In the same place (typed, environment, profile), or in one that counts more, --server-name, --port-number, --vhost and the flags of user and password override those parts of each URL; what a URL leaves out comes from them wherever they are given. The first URL that answers is used; after a loss the next ones are tried. All URLs of a list log in as the same user; each names its own vhost, so name it in each or give --vhost once.",
  }),
  serverName: host({
    group,
    default: "localhost",
    summary: "broker's host name or address",
  }),
  portNumber: count({ min: 1, max: 65535 })({
    group,
    summary: "broker's port (5672; 5671 with TLS)",
  }),
  vhost: vhost({
    group,
    default: "/",
    summary: "virtual host",
  }),
  userpass: text({
    group,
    placeholder: "USER:PASSWORD",
    secret: true,
    summary: "user and password, split at the first colon",
    details:
      "Other users of this machine can read the password in the process list (ps) for a moment, which a warning says: prefer AMQP_PASSWORD or --password-file. Without TLS another warning says that the connection is not secured.",
  }),
  username: text({ group, placeholder: "USER", summary: "user (guest)" }),
  password: text({
    group,
    untyped: true,
    secret: true,
    summary: "password; never typed, for other users see what is",
  }),
  passwordFile: file({
    group,
    writtenOut: true,
    summary: "file whose first line is the password",
    details:
      "- is standard input. The password may also stand in AMQP_PASSWORD, or as `password` in a profile; with a user alone it is asked for on a terminal.",
  }),
  wait: duration({
    group,
    default: 0,
    summary: "how long to keep trying for the first connection",
    details: "For brokers that are still starting up.",
  }),
  maxOutage: outage({
    group,
    default: 60_000,
    summary: "how long to reconnect after a loss, or forever",
    details:
      "0 leaves at once with exit code 3. Login, permission and precondition errors are never tried again.",
  }),
  connectTimeout: positiveDuration({
    group,
    default: 10_000,
    summary: "give up on one connection attempt after this time",
  }),
  heartbeat: wholeSeconds({
    group,
    default: 10_000,
    summary: "heartbeat interval; 0 switches heartbeats off",
    details: "A dead peer is noticed within three intervals. Whole seconds.",
  }),
  connectionName: text({
    group,
    placeholder: "NAME",
    summary: "name shown in the broker's list of connections",
  }),
  channelMax: count({ min: 1, max: 65535 })({
    group,
    summary: "highest number of channels to ask for",
  }),
  frameMax: count({ min: 8192, max: 2 ** 32 - 1 })({
    group,
    default: 131_072,
    summary: "largest frame in bytes to ask for",
    details: "At least 8192: RabbitMQ 4.1 and later refuse less.",
  }),
  ping: toggle({
    group,
    typedOnly: true,
    usual: true,
    summary: "connect, print product, version and latency, exit",
  }),
};
