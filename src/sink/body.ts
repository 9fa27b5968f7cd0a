// The body and a newline.
import { newline, showBody } from "../ui/content.ts";
import type { Format } from "./sink.ts";

export const body: Format = ({ body: bytes }, { isTerminal }) => [
  showBody(bytes, isTerminal),
  newline,
];
