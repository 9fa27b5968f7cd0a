// Shows nothing: for counting, for measuring, and beside --save.
import type { Format } from "./sink.ts";

export const none: Format = () => [];
