// The limit for consumers: reads frames from a socket, writes bodies as they come, and acknowledges together what a read has
// brought; no account, no properties, no second try. Usage: bare-consume.mjs URL QUEUE COUNT
import process from "node:process";
import { connect } from "amqplib";

const BODY = 3;
const PREFETCH = 256;
const FRAME_OVERHEAD = 8;

const [url, queue, countText] = process.argv.slice(2);
const count = Number(countText);
const connection = await connect(`${url}?heartbeat=0`, { noDelay: true });
const channel = await connection.createChannel();
await channel.prefetch(PREFETCH);
const socket = connection.connection.stream;
await new Promise((resolve) => {
  let received = 0;
  let rest = Buffer.alloc(0);
  // Instead of amqplib, which never learns that its subscription was answered.
  socket.removeAllListeners("readable");
  socket.on("data", (chunk) => {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    const bodies = [];
    let at = 0;
    for (let end = endOf(bytes, at); end <= bytes.length; at = end, end = endOf(bytes, at))
      if (bytes[at] === BODY) bodies.push(bytes.subarray(at + 7, end - 1));
    rest = bytes.subarray(at);
    if (bodies.length === 0) return;
    received += bodies.length;
    process.stdout.write(Buffer.concat(bodies));
    socket.write(ackUpTo(received));
    if (received >= count) resolve();
  });
  channel.consume(queue, () => {}).catch(() => {});
});
// The broker does not like to be left without a word.
connection.on("error", () => {});
socket.end();

/** Where the frame that begins at `at` ends; beyond all bytes when its size is not here yet. */
function endOf(bytes, at) {
  return at + 7 <= bytes.length ? at + FRAME_OVERHEAD + bytes.readUInt32BE(at + 3) : Infinity;
}

/** basic.ack with multiple. The messages are small: each is one body frame, and tags count messages. */
function ackUpTo(tag) {
  const frame = Buffer.alloc(21);
  frame.set([1, 0, channel.ch, 0, 0, 0, 13, 0, 60, 0, 80]);
  frame.writeBigUInt64BE(BigInt(tag), 11);
  frame[19] = 1;
  frame[20] = 0xce;
  return frame;
}
