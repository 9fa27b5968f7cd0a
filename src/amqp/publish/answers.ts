// The broker's answers to what was published on a confirm channel, as far as they can be believed: it settles and returns only
// what was sent there. Anything else means a damaged frame, after which messages would wrongly count as stored.
import type { Channel } from "amqplib";
import { type Failure, Unreachable } from "../../errors.ts";
import { toReturned } from "../wire/received.ts";
import type { Entry } from "./entry.ts";
import type { Window } from "./window.ts";

/** What happens on each answer. */
export interface AnswerListener {
  /** True once answers no longer count: what an old channel still says is about other messages. */
  readonly isOver: () => boolean;
  /** What was acked and can be told, in the order of sending: see WindowPlan.inOrder. */
  readonly acked: (entries: readonly Entry[]) => void;
  /** The same, and the acked ones that they had held up in the window. */
  readonly nacked: (nacked: readonly Entry[], acked: readonly Entry[]) => void;
  /** The connection must be dropped at once: whatever else has arrived cannot be believed either. */
  readonly damaged: (reason: Failure) => void;
}

/** Updates the window of that channel, and tells the listener what has become of the messages in it. */
export function onAnswers(channel: Channel, window: Window, listener: AnswerListener): void {
  const covers = (tag: number): boolean => {
    if (listener.isOver()) return false;
    if (window.covers(tag)) return true;
    listener.damaged(new Unreachable("the broker has settled a message that was not sent"));
    return false;
  };
  channel.on("ack", ({ deliveryTag, multiple }) => {
    if (covers(deliveryTag)) listener.acked(window.ack(deliveryTag, multiple));
  });
  channel.on("nack", ({ deliveryTag, multiple }) => {
    if (!covers(deliveryTag)) return;
    const { nacked, acked } = window.nack(deliveryTag, multiple);
    listener.nacked(nacked, acked);
  });
  channel.on("return", (returned) => {
    if (listener.isOver()) return;
    const { message, reply } = toReturned(returned);
    // Its ack will follow: with that, a message that was not recognised here would count as stored.
    if (window.markReturned(message, reply)) return;
    listener.damaged(new Unreachable("the broker has returned a message that was not sent"));
  });
}
