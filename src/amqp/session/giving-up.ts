// When a lost link is no longer replaced, and what people are told then.
import { ConnectionException, Failure, Unreachable } from "../../errors.ts";
import type { Outage } from "./outage.ts";

/** Losses in a row without progress: the same bytes would come again. */
const MAX_UNDECODABLE = 3;
/** The same for connections that the broker ends: it may do so for a while, when a node of a cluster goes. */
const MAX_EXCEPTIONS = 5;
/**
 * How long the broker is left alone after it has soon ended a connection: it may be recovering; and what it gives again counts as
 * given back, which has a limit.
 */
const EXCEPTION_PAUSE_MS = 1000;

/**
 * Why a link that was lost for this reason is not replaced; undefined when it is. `repeats`: what was on its way comes again
 * on the next one.
 */
export function whyNot(reason: Failure, outage: Outage, repeats: boolean): Failure | undefined {
  if (!reason.passing || outage.patienceMs === 0) return reason;
  if (reason.exit === "undecodable" && outage.losses > MAX_UNDECODABLE) return reason;
  const { quickLosses } = outage;
  if (reason instanceof ConnectionException && repeats && quickLosses > MAX_EXCEPTIONS)
    return new Failure(
      "refused",
      `the broker ended ${quickLosses} connections in a row before anything got through: ${reason.reply.code} ${reason.reply.text}`,
      "the broker's log says what it fails on; amqp-con passes over such a message of a stream with --offset",
      reason,
    );
  return outage.left > 0 ? undefined : tooLong(reason, outage);
}

/** How long to wait before the next try after such a loss. */
export function pauseAfter(reason: Failure, outage: Outage): number {
  const usual = outage.isContinued ? outage.delay() : 0;
  const isException = reason instanceof ConnectionException && outage.wasShort;
  return isException ? Math.max(usual, Math.min(EXCEPTION_PAUSE_MS, outage.left)) : usual;
}

/** The patience is over. */
export function tooLong(reason: Failure, { patienceMs }: Outage): Failure {
  const limit = `--max-outage ${patienceMs / 1000}`;
  const hint = "allow more time with --max-outage";
  const isRefusal = reason instanceof ConnectionException;
  if (reason.exit === "unreachable" && !isRefusal) {
    const message = `the broker was away longer than ${limit}: ${reason.message}`;
    return new Unreachable(message, hint, reason);
  }
  const message = `no lasting connection within ${limit}: ${reason.message.trim()}`;
  return new Failure(isRefusal ? "refused" : reason.exit, message, reason.hint ?? hint, reason);
}
