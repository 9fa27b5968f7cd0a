// With handshake.ts, all that uses amqplib below its public API: raw headers of what is received, back-pressure, deliveries
// and frames of our own. `insideOf` and `framing` say when amqplib is not as expected: its public API then publishes, and what it
// reads is refused, for it is not exact.
//
// Three functions wrap amqplib's recvFrame, which takes the next frame from `rest`, and again after it has read more bytes. The
// order matters, from the inside: `keepRawHeaders` looks at the very frame that amqplib would read next; `fitValve` stops both;
// `readDeliveries` takes whole deliveries before them, and asks the valve again behind the last one, which may have closed it.
import { EventEmitter } from "node:events";
import type { Channel, ChannelModel } from "amqplib";
import { Failure } from "../../errors.ts";
import { decodeText } from "../../message/text.ts";
import { DeliveryReader } from "./deliveries.ts";
import { BASIC, BODY_FRAME, FRAME_END, HEADER_FRAME, METHOD_FRAME } from "./frame-format.ts";
import { MAX_BODY_BYTES } from "../../message/message.ts";
import { DecodeError } from "./table.ts";

/** What a content header holds in place of amqplib's properties, after `keepRawHeaders`. */
export interface RawHeader {
  readonly raw: Buffer;
}

/** What amqplib keeps in a connection, as far as reading needs it. */
interface Inside {
  rest: Buffer;
  recvFrame(): unknown;
  readonly stream: EventEmitter;
}

/** Undefined when amqplib is not as expected. */
export function insideOf({ connection }: ChannelModel): Inside | undefined {
  return isInside(connection) ? connection : undefined;
}

/** Why nothing is read then: amqplib's decoder loses digits, types of headers and bytes that are no UTF-8. */
export function notAsExpected(): Failure {
  return new Failure(
    "defect",
    "amqplib is not as expected",
    "run it with the version that it was made for",
  );
}

/**
 * Makes amqplib hand on the bytes of each content header instead of decoding them: its decoder loses int64 digits and the
 * widths of numbers, and crashes on nested tables. Endless bodies and channel.flow are refused.
 */
export function keepRawHeaders(connection: Inside): void {
  const receive = connection.recvFrame.bind(connection);
  connection.recvFrame = () => {
    const { rest } = connection;
    checkBody(rest);
    refuseFlow(rest);
    if (rest[0] !== HEADER_FRAME || rest.length < 8) return withExactNames(receive(), rest);
    const end = 8 + rest.readUInt32BE(3);
    if (rest.length < end || rest[end - 1] !== FRAME_END || rest.readUInt16BE(7) !== BASIC)
      return receive();
    connection.rest = rest.subarray(end);
    const size = Number(rest.readBigUInt64BE(11));
    if (size > MAX_BODY_BYTES) throw new DecodeError("its body is to be larger than 512 MiB");
    return {
      id: BASIC,
      channel: rest.readUInt16BE(1),
      size,
      fields: { raw: rest.subarray(19, end - 1) },
    };
  };
}

/** amqplib keeps whatever comes until a body is complete, which empty frames would put off for ever. @throws DecodeError */
function checkBody(bytes: Buffer): void {
  const isEmpty = bytes[0] === BODY_FRAME && bytes.length >= 7 && bytes.readUInt32BE(3) === 0;
  if (isEmpty) throw new DecodeError("a part of its body is empty");
}

/** channel.flow: class 20, method 20. */
const FLOW = 0x0014_0014;

/** amqplib would take it for an answer to whatever was asked. To agree means to stop sending; RabbitMQ never asks. @throws Failure */
function refuseFlow(bytes: Buffer): void {
  if (bytes[0] !== METHOD_FRAME || bytes.length < 11 || bytes.readUInt32BE(7) !== FLOW) return;
  throw new Failure(
    "refused",
    "the broker tells when to send on a channel (channel.flow), which is not supported",
    "RabbitMQ does not do that; another broker may have a setting for it",
  );
}

/** The methods that bring a message: what stands before its exchange and routing key. */
const bringing: Readonly<Record<number, (payload: Buffer) => number>> = {
  // basic.return: a code and its text; basic.deliver: a consumer tag, a delivery tag and a bit; basic.get-ok: the latter two.
  50: (payload) => 2 + 1 + payload.readUInt8(2),
  60: (payload) => 1 + payload.readUInt8(0) + 9,
  71: () => 9,
};

/** amqplib decodes names as UTF-8, which loses all other bytes. `bytes` begin with the frame, if it was read from them. */
function withExactNames(frame: unknown, bytes: Buffer): unknown {
  if (!isBringing(frame) || !isDoubtful(frame.fields)) return frame;
  const before = bringing[frame.id & 0xffff];
  // Else it was read from bytes that came later.
  const isWhole = bytes.length > 11 && bytes.length >= 8 + bytes.readUInt32BE(3);
  if (!before || !isWhole || bytes[0] !== METHOD_FRAME) return frame;
  const payload = bytes.subarray(11);
  const exchangeAt = before(payload);
  const keyAt = exchangeAt + 1 + payload.readUInt8(exchangeAt);
  frame.fields.exchange = decodeText(shortAt(payload, exchangeAt));
  frame.fields.routingKey = decodeText(shortAt(payload, keyAt));
  return frame;
}

/** U+FFFD stands for bytes that are not UTF-8. */
function isDoubtful({ exchange, routingKey }: Bringing["fields"]): boolean {
  return routingKey.includes("\ufffd") || exchange.includes("\ufffd");
}

function shortAt(payload: Buffer, at: number): Buffer {
  return payload.subarray(at + 1, at + 1 + payload.readUInt8(at));
}

interface Bringing {
  readonly id: number;
  readonly fields: { exchange: string; routingKey: string };
}

function isBringing(frame: unknown): frame is Bringing {
  if (typeof frame !== "object" || frame === null || !("id" in frame) || !("fields" in frame))
    return false;
  const { fields } = frame;
  return typeof fields === "object" && fields !== null && "routingKey" in fields;
}

/** Lets a connection's bytes in, or keeps them in the kernel, which makes the broker wait. */
export interface Valve {
  readonly isClosed: boolean;
  close(): void;
  open(): void;
}

/** Stops and starts reading. While it is closed amqplib's heartbeat sees a broker that is alive: nothing could tell otherwise. */
export function fitValve(connection: Inside): Valve {
  const { stream } = connection;
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
    get isClosed() {
      return isClosed;
    },
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

/**
 * Reads deliveries past amqplib where all of one has come, and hands them on as amqplib does, but for the headers, which are
 * raw: after `keepRawHeaders`. Returns what begins that for a new channel; amqplib goes on there where it is not as expected.
 */
export function readDeliveries(connection: Inside, valve: Valve): (channel: Channel) => void {
  // While the connection closes, another function takes its place and drops what comes.
  const accept = acceptorOf(connection);
  const receive = connection.recvFrame.bind(connection);
  const reader = new DeliveryReader();
  const lanes: Lane[] = [];
  connection.recvFrame = () => {
    const { rest } = connection;
    let read = 0;
    while (!valve.isClosed && acceptorOf(connection) === accept) {
      const found = reader.read(rest, read);
      const lane = found && lanes[found.channel];
      if (!found || !lane?.isFree()) break;
      read = found.end;
      lane.channel.emit("delivery", found.delivery);
    }
    // Not when a listener has thrown: amqplib closes the connection then, and drops what is left.
    if (read > 0) connection.rest = rest.subarray(read);
    return receive();
  };
  return (channel) => {
    const number = "ch" in channel ? channel.ch : undefined;
    if (typeof number !== "number" || !("handleMessage" in channel)) return;
    const { handleMessage } = channel;
    lanes[number] = {
      channel,
      isFree: () => channel.handleMessage === handleMessage && !Object.hasOwn(channel, "accept"),
    };
  };
}

/** A channel whose deliveries are read past amqplib. */
interface Lane {
  readonly channel: Channel;
  /** Not while amqplib has read a part of a message, nor while it drops what comes, for the channel closes. */
  readonly isFree: () => boolean;
}

function acceptorOf(connection: object): unknown {
  return "accept" in connection ? connection.accept : undefined;
}

function isInside(connection: object): connection is Inside {
  return (
    "rest" in connection &&
    Buffer.isBuffer(connection.rest) &&
    "recvFrame" in connection &&
    typeof connection.recvFrame === "function" &&
    "stream" in connection &&
    connection.stream instanceof EventEmitter &&
    Object.hasOwn(connection, "accept")
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
