// `Received: BODY`, the sample's line.
import { newline, showBody } from "./body.ts";
import type { Format } from "./sink.ts";

const label = Buffer.from("Received: ");

export const text: Format = (delivery, isTerminal) => [
  label,
  showBody(delivery.body, isTerminal),
  newline,
];
