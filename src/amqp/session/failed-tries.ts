// What tries to connect that have failed say: whether another may help, and what is told of several.
import { Failure, Refused } from "../../errors.ts";
import type { Target } from "./target.ts";

/** What is told when no broker of a list can be used: the last failure, and those of the others with it. */
export function together(failures: ReadonlyMap<Target, Failure>, last: Failure): Failure {
  const messages = new Set([...failures.values()].map(({ message }) => message.trim()));
  if (messages.size === 1) return last;
  const message = `none of ${failures.size} brokers can be used: ${[...messages].join("; ")}`;
  return new Failure(last.exit, message, last.hint, last);
}

/**
 * After a loss, an exclusive queue, or one with an exclusive consumer, may be locked by our own dead connection until the
 * broker has noticed, and a limit of connections used up by it; and a TLS handshake that fails may have been damaged on its
 * way, for one before it was good.
 */
export function isPassing(failure: Failure, again: boolean): boolean {
  if (failure.passing || !again) return failure.passing;
  const isLocked =
    failure instanceof Refused &&
    (failure.reply.code === 405 ||
      /in exclusive use$|connection limit \(\d+\) is reached/.test(failure.reply.text));
  return isLocked || failure.exit === "unreachable";
}
