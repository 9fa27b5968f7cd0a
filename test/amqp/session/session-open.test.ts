// Opening and closing a session at a broker that misbehaves: every wait has an end.
import { afterEach, describe, expect, it, vi } from "vitest";
import { Refused, Unreachable } from "../../../src/errors.ts";
import { channelClose, channelCloseOk } from "../../support/amqp-answer.ts";
import { close, start } from "../../support/amqp-frame.ts";
import { goodbye, handshake, openChannel, type Script } from "../../support/misbehave-script.ts";
import { misbehave } from "../../support/misbehave.ts";
import { freePorts } from "../../support/broker/greeting.ts";
import {
  failing,
  IdleClient,
  inTurn,
  openSession,
  queueTopology,
  timed,
} from "../../support/pretended-session.ts";

const forced = close(320, "CONNECTION_FORCED - broker forced connection closure");
const wellBehaved: Script = [...openChannel(), ...goodbye()];

describe("connecting ends in time", () => {
  it.each<[string, Script, RegExp]>([
    ["when the port is silent", [], /did not answer within 0\.5 s$/],
    ["when the handshake stops half-way", handshake().slice(0, 4), /did not answer within 0\.5 s$/],
    [
      "when no channel is opened",
      handshake(),
      /has accepted the connection, but did not answer within 0\.5 s$/,
    ],
    ["when nothing is declared", openChannel(), /has accepted the connection, but did not answer/],
  ])("%s", async (_, script, message) => {
    const server = await misbehave(script);
    const wishes = { connectTimeoutMs: 500, topology: queueTopology("q") };
    const { error, ms } = await failing(openSession([server.port], new IdleClient(), wishes));
    expect(error).toBeInstanceOf(Unreachable);
    expect(error.message).toMatch(message);
    expect(ms).toBeGreaterThanOrEqual(490);
    expect(ms).toBeLessThan(4000);
    await server.until("the client has let go", ({ open }) => open === 0);
  });

  it("when the client is given no answer", async () => {
    const server = await misbehave(wellBehaved);
    const client = new IdleClient(async ({ channel }) => void (await channel.prefetch(1)));
    const { error, ms } = await failing(
      openSession([server.port], client, { connectTimeoutMs: 500 }),
    );
    expect(error.message).toMatch(/but did not answer within 0\.5 s$/);
    expect(ms).toBeLessThan(4000);
    expect(client.detached).toBe(1);
  });

  it.each<[string, Script]>([
    ["before the handshake", []],
    ["before the channel", handshake()],
    ["before the queue is declared", openChannel()],
  ])("at once when it is stopped %s", async (_, script) => {
    const server = await misbehave(script);
    const stop = new AbortController();
    const wishes = { topology: queueTopology("q"), connectTimeoutMs: 60_000, signal: stop.signal };
    const opening = failing(openSession([server.port], new IdleClient(), wishes));
    await server.played();
    stop.abort();
    const { error } = await opening;
    expect(error.message).toMatch(/stopped before 127\.0\.0\.1:\d+ answered/);
    await server.until("the client has let go", ({ open }) => open === 0);
  });

  it("when nothing listens and the time to wait is over", async () => {
    const [port = 0] = await freePorts(1);
    const { error, ms } = await failing(openSession([port], new IdleClient(), { waitMs: 700 }));
    expect(error.message).toContain(`nobody listens on 127.0.0.1:${port}`);
    expect(ms).toBeGreaterThanOrEqual(690);
    expect(ms).toBeLessThan(4000);
  });
});

describe("the first connection", () => {
  it("is tried at every broker of the list, however short the wait", async () => {
    const [closed = 0] = await freePorts(1);
    const silent = await misbehave([]);
    const server = await misbehave(wellBehaved);
    const client = new IdleClient();
    const session = await openSession([closed, silent.port, server.port], client, {
      connectTimeoutMs: 300,
    });
    expect(session.connection?.target.port).toBe(server.port);
  });

  it("tells what is wrong with each broker of the list when none can be used", async () => {
    const [one = 0, two = 0] = await freePorts(2);
    const { error } = await failing(openSession([one, two], new IdleClient()));
    const reasons = [one, two].map((port) => `nobody listens on 127.0.0.1:${port}`);
    expect(error.message).toBe(`none of 2 brokers can be used: ${reasons.join("; ")}`);
    expect(error).toMatchObject({ exit: "unreachable" });
  });

  it("is waited for while the broker restarts", async () => {
    const server = await misbehave(
      inTurn([...handshake().slice(0, 6), forced], ["header", "rst"], wellBehaved),
    );
    const session = await openSession([server.port], new IdleClient(), { waitMs: 5000 });
    expect(session.connection).toBeDefined();
    expect(server.connections).toBe(3);
  });

  it.each<[string, Script]>([
    [
      "the login is refused",
      [...handshake().slice(0, 3), close(403, "ACCESS_REFUSED - Login was refused")],
    ],
    [
      "the vhost is missing",
      [...handshake().slice(0, 6), close(530, "NOT_ALLOWED - vhost x not found")],
    ],
    [
      "the queue belongs to another",
      [...openChannel(), "queue.declare", channelClose(405, "RESOURCE_LOCKED - exclusive")],
    ],
    [
      "the queue is another one",
      [
        ...openChannel(),
        "queue.declare",
        channelClose(406, "PRECONDITION_FAILED - inequivalent arg"),
      ],
    ],
  ])("is tried once when %s", async (_, script) => {
    const server = await misbehave(script);
    const wishes = { waitMs: 5000, topology: queueTopology("q") };
    const { error } = await failing(openSession([server.port], new IdleClient(), wishes));
    expect(error).toBeInstanceOf(Refused);
    expect(server.connections).toBe(1);
  });
});

describe("a handshake that comes to nothing", () => {
  it.each([
    ["PLAIN", "EXTERNAL", /certificate with --auth external$/],
    [
      "EXTERNAL",
      "PLAIN",
      /plugin rabbitmq_auth_mechanism_ssl, .*auth_mechanisms\.3 = EXTERNAL.*--auth plain$/,
    ],
  ])("for lack of login by %s, which leaves %s, says how else", async (missing, offered, hint) => {
    const server = await misbehave(["header", start({}, offered)]);
    const auth = missing === "PLAIN" ? "plain" : "external";
    const { error } = await failing(openSession([server.port], new IdleClient(), { auth }));
    expect(error).toMatchObject({
      message: `the broker does not offer login by ${missing}`,
      hint: expect.stringMatching(hint),
    });
  });

  it("for what cannot be decoded is the fault of no queue", async () => {
    const garbled = start({ note: "x" });
    // The type tag of its value.
    garbled[garbled.indexOf("note") + 4] = 1;
    const server = await misbehave(["header", garbled]);
    const { error } = await failing(openSession([server.port], new IdleClient()));
    expect(error).toBeInstanceOf(Unreachable);
    expect(error.message).toMatch(/^the handshake of [\d.:]+ cannot be decoded: /);
    expect(error).toMatchObject({ hint: expect.not.stringContaining("queue") });
  });
});

/** No deadline ends anything from then on. */
function stopClock(): void {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
}

describe("closing ends in time", () => {
  afterEach(() => void vi.useRealTimers());

  it("when the broker does not answer", async () => {
    const server = await misbehave(openChannel());
    const session = await openSession([server.port], new IdleClient());
    const ms = await timed(session.close());
    expect(ms).toBeLessThan(6000);
    await server.until("the client has let go", ({ open }) => open === 0);
  });

  it("without asking a second time when the broker does not answer the channel's close", async () => {
    const server = await misbehave(openChannel());
    const client = new IdleClient();
    client.isDrained = false;
    const session = await openSession([server.port], client);
    expect(await session.close()).toBe(false);
    await server.until("the client has let go", ({ open }) => open === 0);
    const asked = server.received().map(({ name }) => name);
    expect(asked).toContain("channel.close");
    expect(asked).not.toContain("close");
  });

  it("when the broker goes away instead of answering", async () => {
    const server = await misbehave([...openChannel(), "close", "fin"]);
    const session = await openSession([server.port], new IdleClient());
    stopClock();
    expect(await session.close()).toBe(false);
  });

  it("at once in the middle of an outage", async () => {
    stopClock();
    const server = await misbehave(inTurn([...openChannel(), "rst"], []));
    const client = new IdleClient();
    const session = await openSession([server.port], client, { connectTimeoutMs: 60_000 });
    await server.until("the second try", ({ connections }) => connections === 2);
    expect(await session.close()).toBe(false);
    expect(client.failure).toBeUndefined();
    await server.until("the client has let go", ({ open }) => open === 0);
  });
});

describe("closing tells whether the broker has answered", () => {
  it.each<[string, Script, boolean]>([
    ["it has", goodbye(), true],
    ["it has, and goes away then", ["channel.close", channelCloseOk(), "rst"], true],
    ["it goes away instead", ["channel.close", "rst"], false],
    ["it ends the connection instead", ["channel.close", forced], false],
  ])("when %s", async (_, end, isAnswered) => {
    const server = await misbehave([...openChannel(), ...end]);
    const client = new IdleClient();
    client.isDrained = false;
    const session = await openSession([server.port], client);
    expect(await session.close()).toBe(isAnswered);
  });

  it.each<[string, Script, boolean]>([
    ["it has", goodbye(), true],
    ["it goes away instead", ["close", "rst"], false],
  ])("and nothing but the connection was to be closed, when %s", async (_, end, isAnswered) => {
    const server = await misbehave([...openChannel(), ...end]);
    const session = await openSession([server.port], new IdleClient());
    expect(await session.close()).toBe(isAnswered);
  });
});

describe("a frame in the same piece as the end of the handshake", () => {
  it.each([
    ["the broker's goodbye", forced],
    ["of a kind that there is not", Buffer.from([9, 0, 0, 0, 0, 0, 1, 97, 0xce])],
  ])("is not lost, and ends nothing but the connection, when it is %s", async (_, frame) => {
    const script = handshake();
    const openOk = script.at(-1);
    const both = Buffer.isBuffer(openOk) ? Buffer.concat([openOk, frame]) : frame;
    const server = await misbehave(inTurn([...script.slice(0, -1), both], wellBehaved));
    await openSession([server.port], new IdleClient(), { waitMs: 3000 });
    expect(server.connections).toBe(2);
  });
});
