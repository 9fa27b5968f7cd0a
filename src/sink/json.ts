// The record: each message as one JSON line that amqp-pub --json sends again byte for byte. It holds nothing that acts on a
// terminal, so that it looks the same everywhere.
import { recordLine } from "../message/record.ts";
import type { Format } from "./sink.ts";

export const json: Format = (delivery) => [recordLine(delivery, "output")];
