// A quorum queue takes a message back only so often, and then drops it: people are warned before that. Before RabbitMQ
// 4.3 everything that goes back counts, even what was only looked at, or was still in hand when a consumer stopped.
import { failuresOf } from "../message/broker-counts.ts";
import type { Delivery } from "../message/message.ts";
import type { Log } from "../ui/log.ts";

/** How often a message may be given back before the warning; the limit is 20 by default from RabbitMQ 4.0 on. */
const MANY_FAILURES = 10;

/** Looks at what arrives, and warns once. */
export function watchDeliveryLimit(log: Pick<Log, "warn">): (arrived: readonly Delivery[]) => void {
  let isTold = false;
  return (arrived) => {
    if (isTold) return;
    const most = arrived.reduce((largest, each) => Math.max(largest, failuresOf(each)), 0);
    if (most < MANY_FAILURES) return;
    isTold = true;
    log.warn(
      `a message was given back ${most} times: a quorum queue drops or dead-letters it when its delivery limit is reached, 20 unless set (--delivery-limit)`,
    );
  };
}
