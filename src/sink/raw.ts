// The bodies' bytes and nothing else.
import { showBody } from "./body.ts";
import type { Format } from "./sink.ts";

export const raw: Format = (delivery, isTerminal) => [showBody(delivery.body, isTerminal)];
