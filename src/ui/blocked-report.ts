// What people read when a broker takes no messages for a while: its memory or disk is full.
import type { BlockedReport } from "../amqp/session/connection.ts";
import type { Log } from "./log.ts";

/** `consequence` says what that means for this run. */
export function reportBlocked(log: Log, consequence: string): BlockedReport {
  return {
    blocked: (reason) =>
      log.warn(`the broker takes no messages at the moment (${reason}); ${consequence}`),
    unblocked: () => log.note("the broker takes messages again"),
  };
}
