// What people read about a session: what was declared, what was lost and came back. Texts of the sample kept.
import type { SessionReport } from "../amqp/session/session.ts";
import type { Declared } from "../amqp/session/topology.ts";
import type { Failure } from "../errors.ts";
import { formatDuration } from "./figures.ts";
import type { Log } from "./log.ts";

/** Each thing is told once, however often it is declared again after a reconnect. */
export function reportSession(log: Log): SessionReport {
  const told = new Set<string>();
  return {
    declared: (declared) => {
      const line = describe(declared);
      if (!told.has(line)) log.note(line);
      told.add(line);
    },
    transientQueueDenied: ({ name, autoDelete }) =>
      log.note(
        `this broker denies transient queues that are not exclusive: declaring ${name || "the queue"} as durable${autoDelete ? " and auto-delete" : ""} instead`,
      ),
    waiting: (reason, forMs) => log.note(tryingAgain(reason, forMs)),
    lost: (reason) => log.warn(`${reason.message}; reconnecting`),
    stillLost: (reason, forMs) => log.warn(tryingAgain(reason, forMs)),
    restored: (address) => log.note(`connected again to ${address}`),
  };
}

function tryingAgain({ message }: Failure, forMs: number): string {
  const time = forMs === Infinity ? "" : ` for ${formatDuration(forMs)}`;
  return `${message.trim()}; trying again${time}`;
}

function describe(declared: Declared): string {
  if (declared.what !== "binding") {
    const { what, name, created } = declared;
    return created ? `Created ${what}: ${name}` : `Found ${what}: ${name}`;
  }
  const { binding, destination } = declared;
  const kind = binding.to === "queue" ? "Queue" : "Exchange";
  return `Bound ${kind} [${destination}] to Exchange [${binding.source}] ${binding.key}`;
}
