// Where amqp-pub takes messages from, and what it does to them on their way.
import { encodings } from "../../source/compress.ts";
import { readEscapes } from "../escapes.ts";
import {
  count,
  file,
  files,
  keyOf,
  decimal,
  one,
  oneOf,
  perSecond,
  size,
  text,
  toggle,
} from "../flag.ts";
import { MAX_BODY_BYTES } from "../../message/message.ts";
import { duration } from "../time-flag.ts";

const group = "Input";

/** A text in which characters that are hard to type are escaped; checked here, and read again by the plan. */
const escaped = one("STR", (value) => {
  readEscapes(value);
  return value;
});

/** How many times as fast: 0 or more. */
const speed = decimal("F", (value) => value >= 0, "0 or more");

export const inputFlags = {
  message: text({
    group,
    short: "m",
    usual: true,
    placeholder: "TEXT",
    summary: "the message; - takes all of stdin, bytes kept",
    details: "Without any source an empty message is sent, as in the sample.",
  }),
  file: files({
    group,
    short: "f",
    usual: true,
    summary: "each file is one message, byte for byte",
    details: "- is standard input.",
  }),
  lines: files({
    group,
    short: "l",
    usual: true,
    bare: "-",
    summary: "one message per line of stdin or the files",
    details:
      "- is standard input. A last line without newline counts. There is no limit on a line's length but the broker's.",
  }),
  delimiter: escaped({
    group,
    summary: "with --lines: what ends a line instead of a newline",
    details: "One or more characters; `\\n`, `\\t`, `\\r`, `\\0`, `\\xNN` and `\\\\` may be used.",
  }),
  null: toggle({
    group,
    short: "0",
    summary: "with --lines: a NUL ends a line, as in find -print0",
  }),
  keyDelimiter: escaped({
    group,
    summary: "with --lines: each line is KEY, this, then the body",
    details: "The first one counts. A line without it cannot be sent: see --on-bad-record.",
  }),
  json: files({
    group,
    usual: true,
    bare: "-",
    summary: "one JSON record per line of stdin or the files",
    details:
      '- is standard input. What amqp-con --format json has written is sent again byte for byte, to the exchange and key that each record names, so to every queue bound there; -e, -k and other flags count only for what a record leaves out. To fill one queue alone: `jq -c \'.exchange = "" | .routingKey = "QUEUE"\'`. No message-id is added. Also what rabtap --format json-nopp writes.',
  }),
  fromDir: file({
    group,
    placeholder: "DIR",
    summary: "what amqp-con --save has left in a folder, in order",
    details:
      "To the exchange and key of each record, as with --json, and with the gaps with which the messages were received: see --speed.",
  }),
  speed: speed({
    group,
    summary: "replay recorded gaps this many times as fast; 0: no gaps",
    details: "For --from-dir (1 unless given) and --json (0 unless given).",
  }),
  toOrigin: toggle({
    group,
    summary: "send dead letters back to where they first died",
    details:
      "With --json or --from-dir. Exchange and key come from the message's x-death headers, which are left out then.",
  }),
  onBadRecord: oneOf(["stop", "skip"])({
    group,
    default: "stop",
    summary: "what to do about input that is not a message",
    details:
      "A bad line of --lines with --key-delimiter, of --json, or a bad file of --from-dir. What came before it is sent in any case. Those skipped are reported and counted on stderr.",
  }),
  nbMessages: count({ min: 0 })({
    group,
    default: 1,
    usual: true,
    summary: "how often to send -m or -f; 0: for ever",
    details: "Any number but 1 prefixes each body with its number: `1:Hello!`.",
  }),
  interval: duration({
    group,
    default: 1000,
    summary: "pause between the repeats of -m or -f",
  }),
  rate: perSecond({
    group,
    summary: "at most N messages a second, evenly",
    details: "Time that was lost, for example while the broker was away, is not made up for.",
  }),
  pubName: text({
    group,
    placeholder: "NAME",
    summary: "put NAME: before the number of each repeat",
  }),
  messageSize: size({ max: MAX_BODY_BYTES })({
    group,
    summary: "make each body exactly this many bytes",
    details:
      "Padded with 0123456789… or cut between two characters; the number's prefix is included.",
  }),
  template: toggle({
    group,
    summary: "replace {{n}}, {{uuid}}, {{now}} and others",
    details:
      "In bodies of -m, -f and -l, in the key and in texts of headers, those of --cc and --bcc too: {{n}} the number of the message, {{uuid}}, {{now}} the time, {{random 1 9}}, {{env NAME}}. Not for input from people you do not trust: it could name any variable of the environment.",
  }),
  compress: keyOf(encodings)({
    group,
    summary: "compress each body, and set its content-encoding",
    details: "A record that has a content-encoding already is sent as it is.",
  }),
};
