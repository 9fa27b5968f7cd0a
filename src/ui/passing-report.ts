// What people read about passing messages on beside consuming.
import type { CourierReport } from "../amqp/courier.ts";
import type { Log } from "./log.ts";

export function reportPassing(log: Log): CourierReport {
  return {
    blocked: (reason) =>
      log.warn(
        `the broker takes no messages at the moment (${reason}); what is to be passed on waits`,
      ),
    unblocked: () => log.note("the broker takes messages again"),
  };
}
