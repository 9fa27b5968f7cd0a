// Errors of amqplib and replies of the broker → our errors. The ways out stand in hints.ts; what sockets and TLS throw is
// socket-errors.ts's.
import {
  ConnectionException,
  Failure,
  messageOf,
  Refused,
  type Reply,
  Undecodable,
  UsageError,
  Unreachable,
} from "../../errors.ts";
import { isPassing } from "./failed-tries.ts";
import { hintFor, hintForChannels } from "./hints.ts";
import { fromSocket, fromTls } from "./socket-errors.ts";
import { DecodeError } from "../wire/table.ts";
import type { Target } from "./target.ts";

/** Any error of a connection or channel as a Failure. Errors that are ours already pass through. */
export function toFailure(error: unknown, target: Target): Failure {
  if (error instanceof Failure) return error;
  const reply = toReply(error);
  if (reply) return fromReply(reply, target, error);
  return (
    fromChannels(error) ?? fromCodec(error) ?? fromTls(error, target) ?? fromSocket(error, target)
  );
}

/** Did amqplib throw this because the channel is closing? Its loss is reported elsewhere, and what was on its way comes again. */
export function isClosing(error: unknown): boolean {
  return error instanceof Error && error.name === "IllegalOperationError";
}

/** The broker's code and text inside an error of amqplib, which prints them as `404 (NOT-FOUND) with message "…"`. */
function toReply(error: unknown): Reply | undefined {
  const message = messageOf(error);
  const [, code, text] = /(\d{3}) \([\w-]*\) with message "(.*)"$/s.exec(message) ?? [];
  return code === undefined || text === undefined ? undefined : { code: Number(code), text };
}

/** amqplib counts channels itself, up to what the broker has allowed in the handshake. */
function fromChannels(error: unknown): Failure | undefined {
  if (messageOf(error) !== "No channels left to allocate") return undefined;
  const message = "the broker allows no more channels on this connection (channel_max)";
  return new Failure("refused", message, hintForChannels, error);
}

/** amqplib's decoder and ours throw these at what no client should have written; its encoder at what is too large for it. */
function fromCodec(error: unknown): Failure | undefined {
  if (error instanceof RangeError && /encoding buffer/.test(error.message))
    return new UsageError(
      "what is to be sent has more arguments than the 64 KiB that there may be",
    );
  const isDecoder =
    error instanceof RangeError ||
    error instanceof DecodeError ||
    (error instanceof TypeError && /type tag/.test(error.message));
  return isDecoder ? new Undecodable(error.message, error) : undefined;
}

/** Is this the answer of a broker that denies transient non-exclusive queues (RabbitMQ 4.3 release notes)? */
export function deniesTransientQueues(failure: Failure): boolean {
  return failure instanceof Refused && failure.reply.text.includes("transient_nonexcl_queues");
}

/** A broker's reply as a failure; `passing` ones (restart, home node down, garbled frames) may be tried again. */
export function fromReply(reply: Reply, target: Target, cause?: unknown): Failure {
  const late = fromLateAcknowledgement(reply, cause);
  if (late) return late;
  if (isException(reply)) return new ConnectionException(reply, cause);
  if (isPassing(reply)) {
    return new Unreachable(
      `the broker closed the connection: ${reply.code} ${reply.text}`,
      undefined,
      cause,
    );
  }
  return new Refused(reply, hintFor(reply, target), cause);
}

/** The broker's consumer_timeout (half an hour by default) has passed: the message goes to another consumer, or comes again. */
function fromLateAcknowledgement({ text }: Reply, cause: unknown): Failure | undefined {
  if (!/delivery acknowledgement.*timed out/.test(text)) return undefined;
  const [, ms] = /Timeout value used: (\d+)/.exec(text) ?? [];
  const time = ms === undefined ? "in time" : `within ${Number(ms) / 1000} s`;
  return new Unreachable(
    `the broker took back a message that was not acknowledged ${time} (its consumer_timeout; a smaller --prefetch or --exec-timeout keeps below it)`,
    undefined,
    cause,
  );
}

/** A garbled frame, or a failure of the broker itself: not a decision. */
function isException({ code, text }: Reply): boolean {
  return code === 541 ? !text.includes("deprecated") : [501, 502, 504, 505].includes(code);
}
