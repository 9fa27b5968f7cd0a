// Frames of AMQP 0-9-1: what a broker may say, as bytes to send, and what a client says, by name.
// When which frame is sent is up to the script, in misbehave.ts.
import {
  Arguments,
  type Fields,
  long,
  longlong,
  longstr,
  octet,
  short,
  shortstr,
  table,
} from "./amqp-bytes.ts";

const FRAME_END = 0xce;

/** Methods of clients; those of the class `connection` stand without it. */
const CLIENT_METHODS = {
  "10.11": "start-ok",
  "10.31": "tune-ok",
  "10.40": "open",
  "10.50": "close",
  "10.51": "close-ok",
  "20.10": "channel.open",
  "20.40": "channel.close",
  "20.41": "channel.close-ok",
  "40.10": "exchange.declare",
  "40.20": "exchange.delete",
  "40.30": "exchange.bind",
  "50.10": "queue.declare",
  "50.20": "queue.bind",
  "50.30": "queue.purge",
  "50.40": "queue.delete",
  "60.10": "basic.qos",
  "60.20": "basic.consume",
  "60.30": "basic.cancel",
  "60.40": "basic.publish",
  "60.70": "basic.get",
  "60.80": "basic.ack",
  "60.90": "basic.reject",
  "60.120": "basic.nack",
  "85.10": "confirm.select",
} as const;

const METHOD_NAMES = new Map<string, ClientMethod>(Object.entries(CLIENT_METHODS));
type ClientMethod = (typeof CLIENT_METHODS)[keyof typeof CLIENT_METHODS];

/** `header` is the protocol header; `unknown` is a method that is not listed, or bytes that are no AMQP at all. */
export type FrameName =
  | ClientMethod
  | "header"
  | "content-header"
  | "body"
  | "heartbeat"
  | "unknown";

/** A frame of the client. `payload` is all of it; `arguments` what follows the number of a method. */
export interface ClientFrame {
  readonly name: FrameName;
  readonly channel: number;
  readonly payload: Buffer;
  readonly arguments: () => Arguments;
}

/** Cuts a stream into the protocol header and frames; what is not AMQP comes out in pieces as they arrived. */
export class FrameReader {
  #bytes = Buffer.alloc(0);
  #state: "header" | "frames" | "lost" = "header";

  /** The frames that `chunk` completes. */
  read(chunk: Buffer): readonly ClientFrame[] {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    const frames: ClientFrame[] = [];
    for (let next = this.#next(); next !== undefined; next = this.#next()) frames.push(next);
    return frames;
  }

  #next(): ClientFrame | undefined {
    if (this.#state === "header") return this.#header();
    if (this.#state === "lost")
      return this.#bytes.length > 0 ? clientFrame(0, 0, this.#take(this.#bytes.length)) : undefined;
    if (this.#bytes.length < 7) return undefined;
    const size = this.#bytes.readUInt32BE(3);
    if (this.#bytes.length < size + 8) return undefined;
    const [type, channel] = [this.#bytes.readUInt8(0), this.#bytes.readUInt16BE(1)];
    return clientFrame(type, channel, this.#take(size + 8).subarray(7, -1));
  }

  #header(): ClientFrame | undefined {
    if (this.#bytes.length < 8) return undefined;
    if (this.#bytes.toString("latin1", 0, 4) === "AMQP") {
      this.#state = "frames";
      return { ...clientFrame(0, 0, this.#take(8)), name: "header" };
    }
    this.#state = "lost";
    return this.#next();
  }

  #take(count: number): Buffer {
    const taken = this.#bytes.subarray(0, count);
    this.#bytes = this.#bytes.subarray(count);
    return taken;
  }
}

function clientFrame(type: number, channel: number, payload: Buffer): ClientFrame {
  return {
    name: nameOf(type, payload),
    channel,
    payload,
    arguments: () => new Arguments(payload.subarray(4)),
  };
}

function nameOf(type: number, payload: Buffer): FrameName {
  if (type === 2) return "content-header";
  if (type === 3) return "body";
  if (type === 8) return "heartbeat";
  if (type !== 1) return "unknown";
  return METHOD_NAMES.get(`${payload.readUInt16BE(0)}.${payload.readUInt16BE(2)}`) ?? "unknown";
}

/** Any frame: type 1 method, 2 content header, 3 body, 8 heartbeat. */
export function frame(type: number, channel: number, payload: Buffer): Buffer {
  return Buffer.concat([
    octet(type),
    short(channel),
    long(payload.length),
    payload,
    octet(FRAME_END),
  ]);
}

/** Any method: class and method number, and its arguments. */
export function method(
  channel: number,
  classId: number,
  methodId: number,
  ...args: readonly Buffer[]
): Buffer {
  return frame(1, channel, Buffer.concat([short(classId), short(methodId), ...args]));
}

/** A content header and, unless it is empty, one body frame. */
export function content(
  channel: number,
  body: string | Buffer,
  headers: Fields | Buffer = {},
  correlationId?: string,
): Buffer {
  const bytes = Buffer.from(body);
  const hasHeaders = 1 << 13;
  const hasCorrelationId = 1 << 10;
  const header = Buffer.concat([
    short(60),
    short(0),
    longlong(bytes.length),
    short(hasHeaders | (correlationId === undefined ? 0 : hasCorrelationId)),
    table(headers),
    ...(correlationId === undefined ? [] : [shortstr(correlationId)]),
  ]);
  return Buffer.concat([
    frame(2, channel, header),
    ...(bytes.length > 0 ? [frame(3, channel, bytes)] : []),
  ]);
}

const SERVER_PROPERTIES: Fields = {
  product: "RabbitMQ",
  version: "3.13.0",
  capabilities: {
    publisher_confirms: true,
    "basic.nack": true,
    consumer_cancel_notify: true,
    "connection.blocked": true,
    authentication_failure_close: true,
  },
};

export function start(properties: Fields = {}, mechanisms = "PLAIN AMQPLAIN EXTERNAL"): Buffer {
  const offer = table({ ...SERVER_PROPERTIES, ...properties });
  return method(0, 10, 10, octet(0), octet(9), offer, longstr(mechanisms), longstr("en_US"));
}

export function tune(channelMax = 2047, frameMax = 131_072, heartbeatSeconds = 0): Buffer {
  return method(0, 10, 30, short(channelMax), long(frameMax), short(heartbeatSeconds));
}

export function openOk(): Buffer {
  return method(0, 10, 41, shortstr(""));
}

/** connection.close: the broker ends the connection, and expects `close-ok`. */
export function close(code: number, text: string | Buffer, classId = 0, methodId = 0): Buffer {
  return method(0, 10, 50, short(code), shortstr(text), short(classId), short(methodId));
}

export function closeOk(): Buffer {
  return method(0, 10, 51);
}

export function blocked(reason: string): Buffer {
  return method(0, 10, 60, shortstr(reason));
}

export function unblocked(): Buffer {
  return method(0, 10, 61);
}

export function heartbeat(): Buffer {
  return frame(8, 0, Buffer.alloc(0));
}
