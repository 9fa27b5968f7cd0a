// What --verbose adds below a message: where it came from, and its properties.
import type { Delivery } from "../message/message.ts";
import { newline } from "../ui/content.ts";
import { escapeLine } from "../ui/escape.ts";
import type { Format } from "./sink.ts";

/** A format, with the delivery's exchange, key, tag and properties in indented lines below, also of a body without a newline at its end. */
export function verbose(format: Format): Format {
  return function* (delivery, look) {
    let end = newline[0];
    for (const part of format(delivery, look)) {
      end = part.at(-1) ?? end;
      yield part;
    }
    if (end !== newline[0]) yield newline;
    yield Buffer.from(describe(delivery));
  };
}

function describe({
  exchange,
  routingKey,
  queue,
  deliveryTag,
  redelivered,
  consumerTag,
  properties,
}: Delivery): string {
  const details = {
    exchange,
    routingKey,
    queue,
    deliveryTag,
    redelivered,
    consumerTag,
    ...properties,
  };
  return Object.entries(details)
    .filter(([, value]) => value !== undefined)
    .map(
      ([name, value]) =>
        `  ${name}: ${escapeLine(typeof value === "string" ? value : JSON.stringify(value))}\n`,
    )
    .join("");
}
