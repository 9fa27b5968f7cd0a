// A session that a living broker refuses after a loss: the reason is told while it waits, and when it gives up.
import { expect, it } from "vitest";
import { UsageError } from "../../../src/errors.ts";
import { channelClose, flow, queueDeclareOk } from "../../support/amqp-answer.ts";
import { openChannel, type Script } from "../../support/misbehave-script.ts";
import { misbehave } from "../../support/misbehave.ts";
import {
  failing,
  IdleClient,
  inTurn,
  openSession,
  queueTopology,
  RememberedReport,
} from "../../support/pretended-session.ts";

const text = "RESOURCE_LOCKED - cannot obtain exclusive access to locked queue 'q'";
const declaring: Script = [...openChannel(), "queue.declare"];
const lost: Script = [...declaring, queueDeclareOk("q"), "rst"];
const refused: Script = [...declaring, channelClose(405, text)];

it("arguments that amqplib has no room for are not taken for something received", async () => {
  const server = await misbehave(openChannel());
  const options = { arguments: { "x-long": "a".repeat(70_000) } };
  const client = new IdleClient(async ({ channel }) => {
    await channel.assertQueue("q", options);
  });
  const { error } = await failing(openSession([server.port], client));
  expect(error).toBeInstanceOf(UsageError);
  expect(error.message).toBe(
    "what is to be sent has more arguments than the 64 KiB that there may be",
  );
});

it("a broker that allows too few channels is told of as that, not as a lost connection", async () => {
  const server = await misbehave(openChannel("plain", { channelMax: 1 }));
  const client = new IdleClient(async ({ connection }) => {
    await connection.openChannel("plain");
  });
  const { error } = await failing(openSession([server.port], client, { waitMs: 5000 }));
  expect(error).toMatchObject({
    exit: "refused",
    message: "the broker allows no more channels on this connection (channel_max)",
    hint: "raise channel_max in rabbitmq.conf; --forward, --reply and handlers take a second channel",
  });
  expect(server.connections).toBe(1);
});

it.each([
  ["in one piece", [flow(false)]],
  ["in two", [flow(false).subarray(0, 9), "basic.qos", flow(false).subarray(9)]],
] as const)(
  "a broker that steers by channel.flow, %s, is not connected to again",
  async (_, said) => {
    const server = await misbehave([...openChannel(), ...said]);
    const client = new IdleClient(async ({ channel }) => {
      await channel.prefetch(1);
    });
    const { error } = await failing(openSession([server.port], client, { waitMs: 5000 }));
    expect(error).toMatchObject({
      exit: "refused",
      message: "the broker tells when to send on a channel (channel.flow), which is not supported",
    });
    expect(server.connections).toBe(1);
  },
);

it("a broker that refuses is not said to be away, and why is told once", async () => {
  const server = await misbehave(inTurn(lost, refused));
  const client = new IdleClient();
  const report = new RememberedReport();
  const wishes = { maxOutageMs: 700, topology: queueTopology("q") };
  await openSession([server.port], client, wishes, report);
  expect(await client.failed()).toMatchObject({
    exitCode: 4,
    message: `no lasting connection within --max-outage 0.7: (405, "${text}")`,
    hint: expect.stringMatching(/^the queue is exclusive to another connection/),
  });
  // However often it was tried.
  expect(report.lines).toEqual([expect.stringMatching(/^lost: /), `still lost:  (405, "${text}")`]);
});
