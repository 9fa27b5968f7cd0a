// `Received: BODY`, the sample's line.
import { newline, showBody } from "../ui/content.ts";
import type { Format } from "./sink.ts";

const label = Buffer.from("Received: ");

export const text: Format = ({ body }, { isTerminal }) => [
  label,
  showBody(body, isTerminal),
  newline,
];
