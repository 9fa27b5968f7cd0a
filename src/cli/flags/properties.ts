// The basic properties of AMQP 0-9-1 that amqp-pub gives to its messages.
import { readTimestamp } from "../../message/time.ts";
import { count, name, names, one, pairs, toggle } from "../flag.ts";
import { timeToLive } from "../time-flag.ts";

const group = "Message properties";

/** Seconds since 1970, or the word. */
const moment = one("TIME", (value) => (value === "now" ? value : readTimestamp(value)));

export const propertyFlags = {
  persistent: toggle({
    usual: true,
    group,
    summary: "delivery mode 2: a durable queue keeps it on disk",
  }),
  priority: count({ min: 0, max: 255 })({
    group,
    summary: "priority, 0 to 255",
  }),
  messageTtl: timeToLive({ min: 0 })({
    group,
    summary: "the broker drops the message after this time",
  }),
  contentType: name({ group, placeholder: "TYPE", summary: "such as application/json" }),
  contentEncoding: name({
    group,
    placeholder: "ENCODING",
    summary: "such as gzip; the body is sent as it is",
  }),
  header: pairs({
    group,
    short: "H",
    usual: true,
    summary: "a header, typed: n:int=5, t:timestamp=…, j:json=…",
  }),
  correlationId: name({ group, placeholder: "ID", summary: "which request this belongs to" }),
  replyTo: name({ group, placeholder: "QUEUE", summary: "where a reply shall go" }),
  messageId: name({
    group,
    placeholder: "ID|auto",
    summary: "the message's id; auto: a UUID for each",
    details:
      "With --confirm each message gets one in any case, so that a consumer can tell what was sent twice; not so with --json and --from-dir.",
  }),
  timestamp: moment({
    group,
    placeholder: "TIME|now",
    summary: "when it was made; now: when each is sent",
  }),
  type: name({ group, placeholder: "TYPE", summary: "what kind of message it is" }),
  appId: name({ group, placeholder: "ID", summary: "which application has made it" }),
  userId: name({
    group,
    placeholder: "USER",
    summary: "who has sent it; the broker checks it",
    details: "RabbitMQ refuses the message when it is not the user of this connection.",
  }),
  cc: names({ group, placeholder: "KEY", summary: "one more routing key; may be repeated" }),
  bcc: names({
    group,
    placeholder: "KEY",
    summary: "like --cc, and receivers do not see it",
  }),
};
