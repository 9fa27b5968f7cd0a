// What --verbose adds below a message: where it came from, and its properties.
import type { Delivery } from "../message/message.ts";
import { escapeLine } from "../ui/escape.ts";
import type { Format } from "./sink.ts";

/** A format, with the delivery's exchange, key, tag and properties in indented lines below. */
export function verbose(format: Format): Format {
  return function* (delivery, screen) {
    yield* format(delivery, screen);
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
