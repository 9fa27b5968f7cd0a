// A second client (amqplib) beside our binaries: it prepares queues, and looks at what the binaries have left on the broker.
// One connection for each test file, to the shared broker; what it creates is gone after the test.
import { type Channel, type ChannelModel, connect, type GetMessage, type Options } from "amqplib";
import { afterAll, vi } from "vitest";
import { atTestEnd } from "./cleanup.ts";
import { brief } from "./name.ts";
import { sharedBroker } from "./shared-broker.ts";
import { DEADLINE_MS } from "./watch.ts";

/** What the broker counts of a queue: messages ready for delivery, and consumers. */
export interface QueueState {
  readonly messages: number;
  readonly consumers: number;
}

/** A message to put into a queue: a body alone, or with properties. */
export type Put = string | Buffer | (Options.Publish & { readonly body: string | Buffer });

let connecting: Promise<ChannelModel> | undefined;

afterAll(async () => {
  await (await connecting)?.close();
});

/** A durable queue of this test's own, with a name that begins with its kind; `messages` are in it already. */
export async function createQueue(
  messages: readonly Put[] = [],
  options: Options.AssertQueue = {},
): Promise<string> {
  const queue = brief("queue");
  await withChannel((channel) => channel.assertQueue(queue, { durable: true, ...options }));
  forgetAtEnd(queue);
  await put(queue, ...messages);
  return queue;
}

/** An exchange of this test's own. */
export async function createExchange(
  type: string,
  options: Options.AssertExchange = {},
): Promise<string> {
  const exchange = brief("exchange");
  await withChannel((channel) => channel.assertExchange(exchange, type, options));
  forgetAtEnd(exchange);
  return exchange;
}

/** Deletes the queue and the exchange of that name, if there are any, when the test is over. */
export function forgetAtEnd(name: string): void {
  atTestEnd(() =>
    withChannel(async (channel) => {
      await channel.deleteQueue(name);
      await channel.deleteExchange(name);
    }),
  );
}

/** Puts messages into a queue; resolves when the broker has them. */
export async function put(queue: string, ...messages: readonly Put[]): Promise<void> {
  if (messages.length === 0) return;
  const channel = await (await connected()).createConfirmChannel();
  for (const message of messages) {
    const { body, ...properties } =
      typeof message === "string" || Buffer.isBuffer(message) ? { body: message } : message;
    channel.sendToQueue(queue, Buffer.from(body), properties);
  }
  await channel.waitForConfirms();
  await channel.close();
}

/** Takes all messages out of a queue. */
export async function takeAll(queue: string): Promise<readonly GetMessage[]> {
  return await withChannel(async (channel) => {
    const taken: GetMessage[] = [];
    for (let got = await take(); got !== false; got = await take()) taken.push(got);
    return taken;

    function take() {
      return channel.get(queue, { noAck: true });
    }
  });
}

/** The bodies of all messages that are in a queue, as text; they are taken out. */
export async function takeBodies(queue: string): Promise<readonly string[]> {
  return (await takeAll(queue)).map(({ content }) => content.toString());
}

/** Takes the one message that a queue holds. @throws Error when it holds none or several */
export async function takeOnly(queue: string): Promise<GetMessage> {
  const [only, ...others] = await takeAll(queue);
  if (only === undefined || others.length > 0)
    throw new Error(`${queue} held ${others.length + (only ? 1 : 0)} messages, not one`);
  return only;
}

/** What the broker counts at this moment. Rejects when there is no such queue. */
export async function queueState(queue: string): Promise<QueueState> {
  const { messageCount, consumerCount } = await withChannel((channel) => channel.checkQueue(queue));
  return { messages: messageCount, consumers: consumerCount };
}

/** Resolves when the broker counts so many in that queue. What a connection held comes back a moment after its end. */
export async function untilQueue(queue: string, wanted: Partial<QueueState>): Promise<void> {
  await vi.waitFor(
    async () => {
      const state = await queueState(queue);
      for (const key of ["messages", "consumers"] as const) {
        if (wanted[key] !== undefined && wanted[key] !== state[key])
          throw new Error(`${queue} has ${state[key]} ${key}, not ${wanted[key]}`);
      }
    },
    { timeout: DEADLINE_MS, interval: 20 },
  );
}

/** Whether the broker denies queues that are neither durable nor exclusive: 4.3 by its configuration, later ones by themselves. */
export async function deniesTransientQueues(): Promise<boolean> {
  const model = await connect(sharedBroker().url);
  // The denial ends the whole connection: this one, and not the one that the other tests use.
  model.on("error", () => {});
  const channel = await model.createChannel();
  const options = { durable: false, autoDelete: true };
  const denied = await channel.assertQueue(brief("transient"), options).then(
    () => false,
    () => true,
  );
  if (!denied) await model.close();
  return denied;
}

/** Does something on a channel of its own, since a refusal closes the channel. */
export async function withChannel<T>(act: (channel: Channel) => Promise<T>): Promise<T> {
  const channel = await (await connected()).createChannel();
  // Whoever asked for what is refused gets it as a rejection; without a listener it would end the process as well.
  channel.on("error", () => {});
  const result = await act(channel);
  await channel.close();
  return result;
}

async function connected(): Promise<ChannelModel> {
  connecting ??= connect(sharedBroker().url);
  return await connecting;
}
