// With handshake.ts, all that knows amqplib below its public API: raw headers of what is received, back-pressure, and frames
// of our own. `keepRawHeaders`, `fitValve` and `framing` say when amqplib is not as expected; its public API is used then.
import { EventEmitter } from "node:events";
import type { Channel, ChannelModel } from "amqplib";

const HEADER_FRAME = 2;
const FRAME_END = 0xce;
const BASIC = 60;

/** What a content header holds in place of amqplib's properties, once `keepRawHeaders` has returned true. */
export interface RawHeader {
  readonly raw: Buffer;
}

interface Frames {
  rest: Buffer;
  recvFrame(): unknown;
}

/**
 * Makes amqplib hand on the bytes of each content header instead of decoding them: its decoder loses int64 digits and the
 * widths of numbers, and dies of nested tables. Returns false, and changes nothing, when amqplib is not as expected.
 */
export function keepRawHeaders(model: ChannelModel): boolean {
  const { connection } = model;
  if (!hasFrames(connection)) return false;
  const receive = connection.recvFrame.bind(connection);
  connection.recvFrame = () => {
    const { rest } = connection;
    if (rest[0] !== HEADER_FRAME || rest.length < 8) return receive();
    const end = 8 + rest.readUInt32BE(3);
    if (rest.length < end || rest[end - 1] !== FRAME_END || rest.readUInt16BE(7) !== BASIC)
      return receive();
    connection.rest = rest.subarray(end);
    const size = Number(rest.readBigUInt64BE(11));
    return {
      id: BASIC,
      channel: rest.readUInt16BE(1),
      size,
      fields: { raw: rest.subarray(19, end - 1) },
    };
  };
  return true;
}

/** Lets a connection's bytes in, or keeps them in the kernel, which makes the broker wait. */
export interface Valve {
  close(): void;
  open(): void;
}

/**
 * Stops and starts reading. While it is closed amqplib's heartbeat sees a broker that is alive: nothing could tell otherwise.
 * Undefined when amqplib is not as expected.
 */
export function fitValve(model: ChannelModel): Valve | undefined {
  const { connection } = model;
  if (!hasFrames(connection) || !("stream" in connection)) return undefined;
  const { stream } = connection;
  if (!(stream instanceof EventEmitter)) return undefined;
  const receive = connection.recvFrame.bind(connection);
  let isClosed = false;
  let hasReceived = false;
  connection.recvFrame = () => (isClosed ? undefined : receive());
  Object.defineProperty(connection, "recvSinceLastCheck", {
    get: () => isClosed || hasReceived,
    set: (value: boolean) => {
      hasReceived = value;
    },
  });
  return {
    close: () => {
      isClosed = true;
    },
    open: () => {
      if (!isClosed) return;
      isClosed = false;
      // Not within the loop that has just closed it.
      setImmediate(() => stream.emit("readable"));
    },
  };
}

function hasFrames(connection: object): connection is Frames {
  return (
    "rest" in connection &&
    Buffer.isBuffer(connection.rest) &&
    "recvFrame" in connection &&
    typeof connection.recvFrame === "function"
  );
}

/** Is this a header that was kept raw? */
export function isRawHeader(properties: object): properties is RawHeader {
  return "raw" in properties && Buffer.isBuffer(properties.raw);
}

/** A channel's number and the connection's negotiated frame size; undefined when amqplib does not tell. */
export function framing(
  channel: Channel,
): { readonly number: number; readonly frameMax: number } | undefined {
  const { connection } = channel;
  if (!("ch" in channel) || !("frameMax" in connection)) return undefined;
  const { ch: number } = channel;
  const { frameMax } = connection;
  return typeof number === "number" && typeof frameMax === "number"
    ? { number, frameMax }
    : undefined;
}
