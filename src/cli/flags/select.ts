// Which messages amqp-con takes, from where in a stream, and how fast; what is kept of them.
import { readSeconds } from "../../message/time.ts";
import type { Offset } from "../../amqp/consume/stream.ts";
import { ValueError } from "../../errors.ts";
import { variables } from "../../select/variables.ts";
import { file, one, oneOf, perSecond, size, text, toggle } from "../flag.ts";
import { readDuration } from "../units.ts";

const group = "Consuming";

export const selectFlags = {
  where: text({
    group,
    placeholder: "EXPR",
    summary: "only messages for which this CEL expression holds",
    details: `Over ${listVariables()}: --where 'key.startsWith("kern.") && headers.n > 5'. In properties are contentType, contentEncoding, deliveryMode, priority, correlationId, replyTo, expiration, messageId, timestamp, type, userId and appId, as far as the message has them; its headers are in headers alone. A message that lacks what is asked for is not wanted; has(headers.n) asks whether it is there. Only messages that are wanted count for --count.`,
  }),
  onMismatch: oneOf(["requeue", "ack", "reject"])({
    group,
    default: "requeue",
    summary: "what becomes of messages that --where does not want",
    details:
      "requeue: they are held and put back at the end of the run, or they would come again at once; --prefetch bounds how many, 65535 by default. ack: thrown away. reject: thrown away or dead-lettered.",
  }),
  rate: perSecond({
    group,
    summary: "at most N messages a second, evenly",
    details: "After a pause there is no burst.",
  }),
  offset: one(
    "OFFSET",
    readOffset,
  )({
    group,
    completes: ["first", "last", "next"],
    summary: "where to begin in a stream",
    details:
      "first; last: the last chunk that was written; next: what comes from now on, the default; a number; a time such as 2026-01-01T00:00:00Z; or how long ago, such as 10m. After a lost connection reading goes on behind the last message settled.",
  }),
  offsetFile: file({
    group,
    summary: "keep the place in a stream in this file, and go on there",
    details:
      "It beats --offset once it is there. It is written after messages were settled, once a second and at the end.",
  }),
};

export const keepFlags = {
  save: text({
    group: "Output",
    placeholder: "DIR",
    completes: "file",
    summary: "also keep each message in this folder, as body and record",
    details:
      "0000000001.body and 0000000001.json and so on, in order of arrival; existing files are never touched. What a message says is never part of a name. amqp-pub --from-dir sends them again.",
  }),
  decompress: toggle({
    group: "Output",
    summary: "undo the content-encoding gzip, deflate or br of bodies",
    details: "The content-encoding is left out then.",
  }),
  decompressLimit: size({ max: 512 * 1024 * 1024 })({
    group: "Output",
    default: 64 * 1024 * 1024,
    summary: "larger bodies stay compressed",
  }),
};

function listVariables(): string {
  const each = Object.entries(variables).map(([name, { words }]) => `${name} (${words})`);
  return `${each.slice(0, -1).join(", ")} and ${each.at(-1)}`;
}

function readOffset(value: string): Offset {
  if (value === "first" || value === "last" || value === "next") return value;
  if (/^\d+$/.test(value) && BigInt(value) < 2n ** 63n) return { number: BigInt(value) };
  if (/^\d[\d.]*(ms|s|m|h|d)$/.test(value)) return { agoMs: readDuration(value, 1000) };
  if (/^\d{4}-/.test(value)) return { seconds: readSeconds(value) };
  throw new ValueError(
    "expected first, last, next, a number, a time such as 2026-01-01T00:00:00Z, or how long ago, such as 10m",
  );
}
