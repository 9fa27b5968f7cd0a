// The least that publishes with confirms, or consumes with acknowledgements, through the same frames and sockets as the
// binaries, and breaks at the first fault: what cost.ts compares them with.
//   bare publish URL QUEUE WINDOW persistent|transient < lines        bare consume URL QUEUE COUNT > bodies
import process from "node:process";
import { connect, type ChannelModel } from "amqplib";
import { Framer } from "../../src/amqp/wire/frames.ts";
import { Waiting } from "../../src/time/waiting.ts";
import { framing, insideOf, keepRawHeaders } from "../../src/amqp/wire/wire.ts";
import { Splitter } from "../../src/source/split.ts";

const PREFETCH = 256;
const REFILL = 0.75;

const [mode, url = "", queue = "", number = "0", kind = ""] = process.argv.slice(2);
await (mode === "publish" ? publish(Number(number)) : consume(Number(number)));

async function publish(window: number): Promise<void> {
  const connection = await connect(`${url}?heartbeat=10`, { noDelay: true });
  const channel = await connection.createConfirmChannel();
  const frames = framing(channel);
  if (!frames) throw new Error("amqplib is not as expected");
  const socket = socketOf(connection);
  const framer = new Framer(frames.number, frames.frameMax, (bytes) => socket.write(bytes));
  const waiting = new Waiting();
  let [sent, settled] = [0, 0];
  channel.on("ack", ({ deliveryTag }) => {
    settled = Math.max(settled, deliveryTag);
    waiting.wake();
  });
  const until = async (most: number): Promise<void> => {
    framer.flush();
    await waiting.until(() => sent - settled <= most);
  };
  const properties = kind === "persistent" ? { deliveryMode: 2 as const } : {};
  const splitter = new Splitter(Buffer.from("\n"));
  for await (const chunk of process.stdin) {
    for (const body of splitter.cut(Buffer.from(chunk))) {
      framer.add({ exchange: "", routingKey: queue, properties, body }, true);
      if (++sent - settled >= window) await until(window * REFILL);
    }
    framer.flush();
  }
  await until(0);
  await connection.close();
}

async function consume(wanted: number): Promise<void> {
  const connection = await connect(`${url}?heartbeat=10`, { noDelay: true });
  const channel = await connection.createChannel();
  const inside = insideOf(connection);
  if (!inside) throw new Error("amqplib is not as expected");
  keepRawHeaders(inside);
  await channel.prefetch(PREFETCH);
  let received = 0;
  await new Promise<void>((resolve, reject) => {
    let batch: Buffer[] = [];
    const settle = (last: Parameters<typeof channel.ack>[0]): void => {
      process.stdout.write(Buffer.concat(batch), () => {
        channel.ack(last, true);
        if (received === wanted) resolve();
      });
      batch = [];
    };
    channel
      .consume(queue, (message) => {
        if (!message) return;
        batch.push(message.content);
        received++;
        if (batch.length === 1) setImmediate(() => last && settle(last));
        last = message;
      })
      .catch(reject);
    let last: Parameters<typeof channel.ack>[0] | undefined;
  });
  await channel.close();
  await connection.close();
}

function socketOf({ connection }: ChannelModel): NodeJS.WritableStream {
  if ("stream" in connection && isWritable(connection.stream)) return connection.stream;
  throw new Error("amqplib is not as expected");
}

function isWritable(stream: unknown): stream is NodeJS.WritableStream {
  return typeof stream === "object" && stream !== null && "write" in stream;
}
