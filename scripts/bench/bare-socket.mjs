// The limit for others: the same frames again and again, made once, written to a socket as fast as it takes them, with no
// window and no account; counts confirms and does nothing else. With confirms it asks for returns (mandatory), as --confirm
// does: without them, what has reached no queue is confirmed too. Usage: bare-socket.mjs URL QUEUE COUNT SIZE [confirm]
import process from "node:process";
import { connect } from "amqplib";

const [url, queue, countText, sizeText, confirm] = process.argv.slice(2);
const [count, size] = [Number(countText), Number(sizeText)];
const PER_BLOCK = Math.max(1, Math.floor(65_536 / (size + 60)));

const connection = await connect(url, { noDelay: true });
const channel = confirm
  ? await connection.createConfirmChannel()
  : await connection.createChannel();
const socket = connection.connection.stream;
const message = encode();
const block = Buffer.concat(Array.from({ length: PER_BLOCK }, () => message));
const confirmed = confirm ? countConfirms() : Promise.resolve();
for (let sent = 0; sent < count; sent += PER_BLOCK) {
  const rest = Math.min(PER_BLOCK, count - sent);
  const isFree = socket.write(block.subarray(0, rest * message.length));
  if (!isFree) await new Promise((resolve) => socket.once("drain", resolve));
}
await confirmed;
await channel.prefetch(0);
await connection.close();

function encode() {
  const key = Buffer.concat([Buffer.of(queue.length), Buffer.from(queue)]);
  const header = Buffer.alloc(14);
  header[1] = 60;
  header.writeUInt32BE(size, 8);
  const mandatory = Buffer.of(confirm ? 1 : 0);
  const method = [Buffer.of(0, 60, 0, 40, 0, 0, 0), key, mandatory];
  const pieces = [];
  const frameMax = (connection.connection.frameMax || 0xffffffff) - 8;
  for (let at = 0; at < size; at += frameMax)
    pieces.push(frame(3, Buffer.alloc(Math.min(frameMax, size - at), "x")));
  return Buffer.concat([frame(1, Buffer.concat(method)), frame(2, header), ...pieces]);
}

function frame(type, payload) {
  const prefix = Buffer.of(type, 0, channel.ch, 0, 0, 0, 0);
  prefix.writeUInt32BE(payload.length, 3);
  return Buffer.concat([prefix, payload, Buffer.of(0xce)]);
}

/** All are: when no tag below the last one is missing. */
function countConfirms() {
  const single = new Set();
  let upTo = 0;
  return new Promise((resolve) => {
    channel.on("ack", ({ deliveryTag, multiple }) => {
      if (multiple) upTo = Math.max(upTo, deliveryTag);
      else single.add(deliveryTag);
      while (single.delete(upTo + 1)) upTo++;
      if (upTo >= count) resolve();
    });
  });
}
