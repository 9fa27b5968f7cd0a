// The way out of each refusal of the broker, by its code and text.
import type { Reply } from "../../errors.ts";
import { inequivalenceHint } from "./inequivalence.ts";
import type { Target } from "./target.ts";

/** One sentence, or undefined when the broker's own text says it all. */
export function hintFor(reply: Reply, target: Target): string | undefined {
  const hint = hints.find(
    ([code, pattern]) => code === reply.code && pattern.test(reply.text),
  )?.[2];
  return typeof hint === "function" ? hint(reply.text, target) : hint;
}

/** The way out when the exchange or queue that messages are passed on to is not there: no flag of this run declares it. */
export function hintForTarget({ text }: Reply): string {
  const [, kind, name = ""] = /no (queue|exchange) '(.*)' in vhost/s.exec(text) ?? [];
  const must = "the target of --forward or --dead-letter must exist";
  if (kind === "exchange") return `${must}: declare the exchange first; a queue is :${name}`;
  return `${must}: make it with amqp-pub -q ${name} -Q --durable-queue --nad-queue --declare-only`;
}

/** The way out when nothing was to be declared, only found. */
export const hintForPassive =
  "--passive only looks: leave it out to declare it, or start the side that declares it first";

const forChannels = "--forward, --reply and handlers take a second channel";

/** The way out when the broker allows too few channels on a connection. */
export const hintForChannels = `raise channel_max in rabbitmq.conf; ${forChannels}`;

type Hint = string | ((text: string, target: Target) => string);

const typeHint = "-t must name a type that this broker has; further types come with plugins";

/** Code, what its text looks like, and the way out. First match wins. */
const hints: readonly (readonly [number, RegExp, Hint?])[] = [
  [
    403,
    /internal exchange/,
    "an internal exchange takes messages from other exchanges only: send to one that it is bound to (--bind-exchange)",
  ],
  [
    403,
    /mechanism EXTERNAL/,
    "the broker takes the user's name from the certificate (its whole subject, such as CN=client; its common name where rabbitmq.conf has ssl_cert_login_from = common_name): add that user with rabbitmqctl add_user, or check --cert",
  ],
  [403, /Login was refused|user '.*' - |credentials/i, loginHint],
  [403, /access to vhost/i, entryHint],
  [403, /access to topic/i, topicHint],
  [403, /access to (exchange|queue)/i, permissionHint],
  [403, /'amq\.|reserved/i, "names that begin with amq. belong to the broker; choose another"],
  [403, /exclusive|consumer/i, "another consumer holds this queue exclusively; stop it first"],
  [
    403,
    /default exchange|operation not permitted/i,
    "the default exchange cannot be declared, bound or deleted; name one with -e",
  ],
  [403, /./, permissionHint],
  [404, /no exchange ''/, "the default exchange is always there: the vhost was deleted"],
  [
    404,
    /no exchange/,
    "declare the exchange with -E (and -t TYPE), or start the side that declares it first",
  ],
  [404, /no queue/, "declare the queue with -Q, or start the side that declares it first"],
  [404, /./, "it does not exist in this vhost; check its name and --vhost"],
  [
    405,
    /basic\.get .* single active consumer/,
    "such a queue gives messages to its one consumer only: take them with -n instead of --get",
  ],
  [
    405,
    /./,
    "the queue is exclusive to another connection, or exists without --exclusive; use another name or wait until that connection ends",
  ],
  [406, /inequivalent arg/, inequivalenceHint],
  [406, /not empty$/, "empty it first with --purge, or leave out --if-empty"],
  [
    406,
    /^PRECONDITION_FAILED - queue .* in use$/,
    "it has consumers: stop them, or leave out --if-unused",
  ],
  [406, /in use$/, "queues or exchanges are bound to it: unbind them, or leave out --if-unused"],
  [
    406,
    /message size/i,
    "the message is larger than the broker's limit (max_message_size): split it; amqp-pub --confirm refuses such messages alone, and sends all others",
  ],
  [
    406,
    /reply consumer/,
    "that name stands for replies to one's own requests: amqp-pub --rpc receives them",
  ],
  [406, /prefetch count is not set/, "a stream is read with a limit: leave out --prefetch 0"],
  [406, /unacceptable_type_in_header/, "the headers CC and BCC are lists of keys: --cc and --bcc"],
  [
    406,
    /delivery_mode_unknown/,
    "a message's deliveryMode is 1 (transient) or 2 (persistent); one before this answer has another",
  ],
  [406, /user_id/i, "--user-id must be the user of the connection"],
  [406, /(unknown|invalid) exchange type/, typeHint],
  [
    406,
    /queue limit in vhost/,
    "raise the limit (rabbitmqctl set_vhost_limits), or delete a queue",
  ],
  [406, /server-named/, "name the queue with -q NAME"],
  [
    406,
    /invalid arg 'x-stream-offset' for queue .* of queue type/,
    "only a stream has places to read from: leave out --offset and --offset-file, or name a stream",
  ],
  [
    406,
    /invalid arg '.*' for queue .* of queue type/,
    "queues of this type have no such argument: leave out the flag that sets it, or choose another --queue-type",
  ],
  [
    406,
    /invalid arg|invalid property/i,
    "the broker does not accept this value; see its text above",
  ],
  [503, /(unknown|invalid) exchange type/, typeHint],
  [530, /number of channels/, `raise the limit (rabbitmqctl set_user_limits); ${forChannels}`],
  [
    530,
    /connection limit|connections in|limit.*reached/i,
    "raise the limit (rabbitmqctl set_vhost_limits or set_user_limits) or close a connection",
  ],
  [530, /vhost.*not found|no access to this vhost|access to vhost/i, vhostHint],
  [530, /reuse consumer tag/i, "two consumers cannot share one --consumer-tag on a channel"],
  [
    540,
    /if-(empty|unused) flag/,
    "the broker deletes quorum queues only without conditions: look with --depth, then leave out --if-empty and --if-unused",
  ],
  [
    540,
    /basic\.get not supported/,
    "a stream is read by a subscription: --offset first shows all of it, with --idle-timeout to its end",
  ],
  [
    540,
    /basic\.nack/,
    "a stream takes no message back and drops none: say where to read it from with --offset, and leave out what refuses messages",
  ],
  [540, /purge not supported/, "a stream cannot be purged: delete the queue and declare it again"],
  [541, /deprecated/, "the broker denies a deprecated feature; use --durable-queue or --exclusive"],
];

function loginHint(_text: string, target: Target): string {
  return `check user "${target.username}" and its password; guest may log in only from the broker's own machine`;
}

/** No line to copy: set_permissions replaces what the user has, and takes any words for patterns. */
function permissionHint(text: string, target: Target): string {
  const user = refusedUser(text, target);
  return `user "${user}" lacks ${lacking(text)}: rabbitmqctl list_user_permissions "${user}" shows what there is; set_permissions replaces all three (configure, write, read)`;
}

function topicHint(text: string, target: Target): string {
  const user = refusedUser(text, target);
  return `user "${user}" lacks ${lacking(text)} for this topic: rabbitmqctl list_user_topic_permissions "${user}" shows what there is; set_topic_permissions replaces both (write, read)`;
}

/** Newer brokers say which one. */
function lacking(text: string): string {
  const [, permission] = /(configure|write|read) access to/.exec(text) ?? [];
  return permission === undefined ? "a permission" : `the ${permission} permission`;
}

/** Who has no permissions in the vhost has none to lose. */
function entryHint(text: string, target: Target): string {
  const user = refusedUser(text, target);
  return `user "${user}" has no permissions there; all of them: rabbitmqctl set_permissions -p "${target.vhost}" "${user}" ".*" ".*" ".*"`;
}

/** The broker's name for the user, which may come from a certificate. */
function refusedUser(text: string, { username }: Target): string {
  return / refused for user '(.*)'$/s.exec(text)?.[1] ?? username;
}

function vhostHint(text: string, target: Target): string {
  return /not found/.test(text)
    ? `create it (rabbitmqctl add_vhost "${target.vhost}") or check --vhost`
    : entryHint(text, target);
}
