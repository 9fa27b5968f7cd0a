// The bodies' bytes and nothing else.
import { showBody } from "../ui/content.ts";
import type { Format } from "./sink.ts";

export const raw: Format = ({ body }, { isTerminal }) => [showBody(body, isTerminal)];
