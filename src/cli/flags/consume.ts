// How amqp-con takes messages: as which consumer, how many at a time, how they are settled and shown, and when it stops.
import { ValueError } from "../../errors.ts";
import { formats, readFormat } from "../../sink/index.ts";
import { count, ignored, name, one, pairs, text, toggle } from "../flag.ts";
import { duration } from "../time-flag.ts";
import { readDuration } from "../units.ts";

export const consumeFlags = {
  prefetch: count({ min: 0, max: 65535 })({
    group: "Consuming",
    default: 256,
    usual: true,
    details: "In hand is what was delivered and not yet acknowledged.",
    summary: "most messages in hand; 0: no limit",
  }),
  ackAuto: toggle({
    group: "Consuming",
    summary: "acknowledge each message on arrival, before it is shown",
    details:
      "What has arrived is lost if the consumer dies. Otherwise a message is acknowledged after it is written.",
  }),
  ackEvery: count({ min: 1 })({
    group: "Consuming",
    default: 1,
    summary: "acknowledge N at a time, in order",
    details: "What is shown and not yet acknowledged comes again after a crash. Also at the end.",
  }),
  nack: toggle({
    group: "Consuming",
    summary: "refuse each message shown: discard or dead-letter it",
  }),
  reject: toggle({ group: "Consuming", summary: "the same as --nack" }),
  requeue: toggle({
    group: "Consuming",
    summary: "with --nack or --reject: put back instead",
    details: "What is put back is held until the end of the run, or it would come again at once.",
  }),
  peek: toggle({
    group: "Consuming",
    summary: "show and put back, in order; nothing is consumed",
    details:
      "At most --count messages, or --prefetch without it. They are marked as redelivered. Of a quorum queue, one look at a part puts that part behind what an earlier look has put back. A quorum queue before RabbitMQ 4.3 counts that as a delivery, of which 4.0 allows 20.",
  }),
  lazy: duration({
    group: "Consuming",
    summary: "after one message wait, then die without acknowledging",
    details: "The sample's crash demonstration: the broker gives the message to somebody else.",
  }),
  work: one(
    "SEC[..SEC]",
    readRange,
  )({
    group: "Consuming",
    summary: "pretend to work this long on each message before settling it",
  }),
  count: count({ min: 1 })({
    group: "Consuming",
    short: "n",
    usual: true,
    summary: "stop after N messages",
  }),
  get: toggle({
    usual: true,
    group: "Consuming",
    summary: "fetch one by one until -n (1) or the queue is empty",
    details:
      "With --until-empty or --until-body as many as that takes. Exit code 8 when the queue is empty.",
  }),
  idleTimeout: duration({
    group: "Consuming",
    summary: "stop when nothing has arrived for this long",
    details: "Exit code 8 when nothing was received at all.",
  }),
  timeout: duration({ group: "Consuming", summary: "stop after this time, with exit code 124" }),
  untilEmpty: toggle({
    group: "Consuming",
    usual: true,
    summary: "stop when the queue is empty",
    details:
      "A message that a handler puts back is handled again; one that it always puts back keeps the run going.",
  }),
  untilBody: text({
    group: "Consuming",
    placeholder: "TEXT",
    summary: "stop after the message with just this body",
    details: "For example `quit`, as in the tutorials.",
  }),
  consumerTag: name({
    group: "Consuming",
    placeholder: "TAG",
    summary: "name of the subscription",
  }),
  exclusiveConsumer: toggle({
    group: "Consuming",
    summary: "no other consumer may take from the queue",
    details:
      "RabbitMQ keeps that of classic queues; for a quorum queue see --single-active-consumer.",
  }),
  consumerPriority: one(
    "N",
    readPriority,
  )({
    group: "Consuming",
    summary: "consumers of a higher priority get messages first",
  }),
  consumerArg: pairs({
    group: "Consuming",
    summary: "further argument of the subscription, typed",
  }),
};

/** The formats below which --verbose has something to add. */
const annotated = Object.keys(formats).filter((format) => formats[format]?.annotated);

export const outputFlags = {
  format: one(
    "FORMAT",
    readFormat,
  )({
    usual: true,
    group: "Output",
    default: "text",
    completes: Object.keys(formats),
    summary: "how a message is written to stdout, or a template",
    details: [
      ...Object.entries(formats).map(([format, { shows }]) => `${format}: ${shows}.`),
      "A text with % or \\ is a template: %s body, %S its length, %k routing key, %K its length, %e exchange, %q queue, %h headers, %h{NAME} one of them, %p{NAME} a property, %T timestamp in milliseconds, %R time of receipt, %o delivery tag, %r redelivered, %% a percent sign, %s{hex} and %s{base64} the body encoded; \\n \\r \\t \\0 \\xNN \\\\. Nothing is added to it, not even a newline.",
    ].join(" "),
  }),
  verbose: toggle({
    group: "Output",
    summary: "properties, headers, exchange and key of each message",
    details: `With the formats ${annotated.slice(0, -1).join(", ")} and ${annotated.at(-1)}: in lines below the message.`,
  }),
};

/** Flags of the sample's common parser that do nothing in a consumer. */
export const samplePublisherFlags = {
  mandatory: toggle(ignored),
  persistent: toggle(ignored),
  confirm: toggle(ignored),
  priority: count({ min: 0, max: 255 })(ignored),
};

/** `2` or `0.5..3`: the shortest and the longest time, in milliseconds. */
function readRange(value: string): readonly [number, number] {
  const [shortest = "", longest = shortest, ...others] = value.split("..");
  const range = [readDuration(shortest, 1000), readDuration(longest, 1000)] as const;
  if (others.length > 0 || range[0] > range[1])
    throw new ValueError("expected a duration such as 2 or 250ms, or a range such as 0.5..3");
  return range;
}

function readPriority(value: string): number {
  const number = /^-?\d{1,10}$/.test(value) ? Number(value) : Number.NaN;
  if (number === (number | 0)) return number;
  throw new ValueError("expected a whole number of 32 bits");
}
