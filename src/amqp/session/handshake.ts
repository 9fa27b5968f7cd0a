// Opens a connection with amqplib, and learns what amqplib drops on the way: its socket, and the broker's reason when
// it refuses the vhost (amqplib says only "Expected ConnectionOpenOk; got <ConnectionClose channel:0>").
import net from "node:net";
import tls from "node:tls";
import { connect, type ChannelModel } from "amqplib";
import type { Reply } from "../../errors.ts";
import { notAsExpected } from "../wire/wire.ts";

type Address = Parameters<typeof connect>[0];
type SocketOptions = Parameters<typeof connect>[1];

/** A handshake under way. */
export interface Handshake {
  readonly socket: net.Socket;
  readonly opened: Promise<ChannelModel>;
  /** The broker's connection.close among what was read, if there is one. */
  reply(): Reply | undefined;
}

/**
 * Starts connecting. amqplib creates its socket within the call, which is when we can have it.
 * @throws Failure when it does not: nothing could be dropped at a deadline, nor written past amqplib
 */
export function shakeHands(address: Address, options: SocketOptions): Handshake {
  let socket: net.Socket | undefined;
  const keep =
    <A extends unknown[], S extends net.Socket>(open: (...args: A) => S) =>
    (...args: A): S => {
      const opened = open(...args);
      socket = opened;
      return opened;
    };
  // amqplib calls one of these through the module object, synchronously; it is put back before anything else runs. The
  // other one is left alone: node:tls takes 3 ms to load.
  const isTls = typeof address === "object" && address.protocol === "amqps";
  const putBack = isTls ? replace(tls, keep(tls.connect)) : replace(net, keep(net.connect));
  let opened: Promise<ChannelModel>;
  try {
    opened = connect(address, options);
  } finally {
    putBack();
  }
  if (!socket) {
    opened.then(
      (model) => model.close(),
      () => {},
    );
    throw notAsExpected();
  }
  const heard = listenIn(socket, opened);
  return { socket, opened, reply: () => findClose(heard()) };
}

/** The frame of connection.open-ok (class 10, method 41). */
const OPEN_OK = Buffer.from([1, 0, 0, 0, 0, 0, 5, 0, 10, 0, 41, 0, 0xce]);

/**
 * Remembers what amqplib reads, in however many parts, until the handshake is over. What follows connection.open-ok is held
 * back until then: nobody listens for errors before.
 */
function listenIn(socket: net.Socket, opened: Promise<unknown>): () => Buffer {
  let heard = Buffer.alloc(0);
  let held: Buffer | undefined;
  const read = socket.read.bind(socket);
  socket.read = (size?: number) => {
    const data: unknown = held ? null : read(size);
    if (!Buffer.isBuffer(data)) return data;
    heard = Buffer.concat([heard, data]);
    const at = heard.indexOf(OPEN_OK);
    const behind = at < 0 ? 0 : heard.length - at - OPEN_OK.length;
    if (behind === 0) return data;
    const end = Math.max(0, data.length - behind);
    held = data.subarray(end);
    return end === 0 ? null : data.subarray(0, end);
  };
  const restore = (): void => {
    socket.read = read;
    if (held) socket.unshift(held);
  };
  opened.then(restore, restore);
  return () => heard;
}

/** connection.close (class 10, method 50) on channel 0: code as 16 bits, then text with its length before it. */
function findClose(bytes: Buffer): Reply | undefined {
  const at = bytes.lastIndexOf(Buffer.from([0, 10, 0, 50]));
  if (at < 0 || bytes.length < at + 7) return undefined;
  const length = bytes.readUInt8(at + 6);
  return {
    code: bytes.readUInt16BE(at + 4),
    text: bytes.toString("utf8", at + 7, at + 7 + length),
  };
}

function replace(module: { readonly connect: unknown }, stand: unknown): () => void {
  const { connect: own } = module;
  Object.assign(module, { connect: stand });
  return () => void Object.assign(module, { connect: own });
}
