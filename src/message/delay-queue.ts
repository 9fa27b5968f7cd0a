// The names of the queues in which messages wait for another try. Pure.
import type { Field } from "./fields.ts";

/** The name of the queue in which messages of another queue wait this long. */
export function delayQueueName(queue: string, delayMs: number): string {
  return `${delayPrefix(queue)}${delayMs}ms`;
}

/** How the names of all delay queues of a queue begin. Names that begin with "amq." are the broker's own. */
function delayPrefix(queue: string): string {
  return `${queue.startsWith("amq.") ? "retry." : ""}${queue}.retry-`;
}

/** Is this the name of a queue in which messages of that queue wait? */
export function isDelayQueueOf(queue: Field, name: Field | undefined): boolean {
  const areNames = typeof queue === "string" && typeof name === "string";
  return areNames && name.startsWith(delayPrefix(queue));
}

/** Does a queue of that name hold messages that wait for another try? */
export function isDelayQueue(name: Field | undefined): boolean {
  return typeof name === "string" && /\.retry-\d+ms$/.test(name);
}
