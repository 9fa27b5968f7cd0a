// What failed tries to connect mean: whether another one may help, and what people are told of several.
import { Failure, Refused, type Reply } from "../../errors.ts";
import type { Target } from "./target.ts";

/** What is told when no broker of a list can be used: the last failure, and those of the others with it. */
export function together(failures: ReadonlyMap<Target, Failure>, last: Failure): Failure {
  const messages = new Set([...failures.values()].map(({ message }) => message.trim()));
  if (messages.size === 1) return last;
  const message = `none of ${failures.size} brokers can be used: ${[...messages].join("; ")}`;
  return new Failure(last.exit, message, last.hint, last);
}

/** Does a reply of the broker tell of a state that passes by itself? */
export function isPassing({ code, text }: Reply): boolean {
  if (code === 320) return true; // connection-forced: shutdown, or closed by an operator
  if (code === 506 && /coordinator unavailable/i.test(text)) return true;
  // A queue or a stream that looks for a leader; or a node that has none of its replicas, where another one has.
  return (
    (code === 404 && /home node|process is stopped/.test(text)) ||
    /does not have a (running )?(replica on the local node|local replica)/.test(text)
  );
}

/**
 * May another try to connect help? `again`: after a loss. Then an exclusive queue, or one with an exclusive consumer, may be locked
 * by our own dead connection until the broker has noticed, and a limit of connections used up by it; and a TLS handshake that
 * fails may have been damaged on its way, since an earlier one was good.
 */
export function isWorthAnotherTry(failure: Failure, again: boolean): boolean {
  if (failure.passing || !again) return failure.passing;
  const isLocked =
    failure instanceof Refused &&
    (failure.reply.code === 405 ||
      /in exclusive use$|connection limit \(\d+\) is reached/.test(failure.reply.text));
  return isLocked || failure.exit === "unreachable";
}
