// Sessions that lose their connection: a loss is made good, a decision of the broker is final, and patience has an end.
import { describe, expect, it } from "vitest";
import { channelClose, channelOpenOk, queueDeclareOk } from "../../support/amqp-answer.ts";
import { close, content, method } from "../../support/amqp-frame.ts";
import {
  announce,
  goodbye,
  handshake,
  openChannel,
  type Script,
} from "../../support/misbehave-script.ts";
import { misbehave } from "../../support/misbehave.ts";
import {
  failing,
  IdleClient,
  inTurn,
  openSession,
  queueTopology,
  RememberedReport,
} from "../../support/pretended-session.ts";

const forced = close(320, "CONNECTION_FORCED - broker forced connection closure");
const wellBehaved: Script = [...openChannel(), ...goodbye()];
const emptyPart = Buffer.concat([announce(0), Buffer.from([0xce])]);

/** A content header that announces so many bytes. */
function headerOf(size: bigint): Buffer {
  const header = content(1, "");
  header.writeBigUInt64BE(size, 11);
  return header;
}

describe("after a loss", () => {
  it.each<[string, readonly Script[number][]]>([
    ["forced by an operator", [forced]],
    ["by RST", ["rst"]],
    ["by FIN", ["fin"]],
    ["by a frame that is none", [Buffer.from([1, 0, 0, 0, 0, 0, 4, 1, 2, 3, 4, 5])]],
    ["by a method that does not exist", [method(1, 60, 99)]],
    ["by a frame for a channel that does not exist", [channelOpenOk(7)]],
    ["of the channel alone, for an error that passes", [channelClose(541, "INTERNAL_ERROR")]],
  ])("%s the session goes on with a new generation", async (_, loss) => {
    const server = await misbehave(inTurn([...openChannel(), ...loss], wellBehaved));
    const client = new IdleClient();
    const report = new RememberedReport();
    await openSession([server.port], client, {}, report);
    await client.attached(2);
    expect(client.links.map(({ generation }) => generation)).toEqual([1, 2]);
    expect([client.detached, client.failure]).toEqual([1, undefined]);
    await expect
      .poll(() => report.lines)
      .toEqual([expect.stringMatching(/^lost: /), `restored: 127.0.0.1:${server.port}`]);
    await server.until("the old connection is closed", ({ open }) => open === 1);
  });

  it("the next broker of the list comes first", async () => {
    const dying = await misbehave([...openChannel(), forced]);
    const other = await misbehave(wellBehaved);
    const client = new IdleClient();
    await openSession([dying.port, other.port], client);
    await client.attached(2);
    expect(client.connection?.target.port).toBe(other.port);
    expect(dying.connections).toBe(1);
  });

  it("an acknowledgement that came too late for the broker is explained", async () => {
    const text =
      "PRECONDITION_FAILED - delivery acknowledgement on channel 1 timed out. Timeout value used: 1800000 ms. This timeout value can be configured";
    const timeout = channelClose(406, text);
    const server = await misbehave(inTurn([...openChannel(), timeout], wellBehaved));
    const client = new IdleClient();
    const report = new RememberedReport();
    await openSession([server.port], client, {}, report);
    await client.attached(2);
    expect(report.lines[0]).toBe(
      "lost: the broker took back a message that was not acknowledged within 1800 s (its consumer_timeout; a smaller --prefetch or --exec-timeout keeps below it)",
    );
  });

  it.each([
    [
      "is to be larger than any can be",
      "its body is to be larger than 512 MiB",
      headerOf(2n ** 63n),
    ],
    ["comes in pieces that hold nothing", "a part of its body is empty", emptyPart],
  ])("a body that %s is not waited for", async (_, reason, bytes) => {
    const server = await misbehave(inTurn([...openChannel(), bytes], wellBehaved));
    const client = new IdleClient();
    const report = new RememberedReport();
    await openSession([server.port], client, {}, report);
    await client.attached(2);
    expect(report.lines[0]).toBe(`lost: a message from the broker cannot be decoded: ${reason}`);
  });

  it("topology is declared again", async () => {
    const declaring: Script = [...openChannel(), "queue.declare", queueDeclareOk("q")];
    const server = await misbehave(inTurn([...declaring, "fin"], [...declaring, ...goodbye()]));
    const client = new IdleClient();
    await openSession([server.port], client, { topology: queueTopology("q") });
    await client.attached(2);
    const names = server.received(2).map(({ name }) => name);
    expect(names.filter((name) => name === "queue.declare")).toHaveLength(1);
  });

  it.each<[string, Buffer]>([
    [
      "404, the queue's home node is down",
      channelClose(
        404,
        "NOT_FOUND - home node 'rabbit@a' of durable queue 'q' in vhost '/' is down or inaccessible",
      ),
    ],
    [
      "405, our dead connection still holds the queue",
      channelClose(405, "RESOURCE_LOCKED - cannot obtain exclusive access to locked queue 'q'"),
    ],
    [
      "506, a stream is between two leaders",
      channelClose(
        506,
        "RESOURCE_ERROR - queue 'q' in vhost '/' does not have a running local replica",
      ),
    ],
    [
      "506, too few nodes are there to coordinate streams",
      close(506, "RESOURCE_ERROR - Stream coordinator unavailable for queue 'q' in vhost '/'"),
    ],
    [
      "406, this node has none of a stream's replicas",
      channelClose(
        406,
        "PRECONDITION_FAILED - queue 'queue 'q' in vhost '/'' does not have a replica on the local node",
      ),
    ],
    [
      "406, the same by RabbitMQ 4.0",
      channelClose(
        406,
        "PRECONDITION_FAILED - stream queue 'q' in vhost '/' does not have a running replica on the local node",
      ),
    ],
    [
      "530, our dead connection uses up the limit",
      close(530, "NOT_ALLOWED - vhost '/': connection limit (1) is reached"),
    ],
    ["541, the broker is not quite there", close(541, "INTERNAL_ERROR - vhost is down")],
  ])("the broker is asked again on %s", async (_, refusal) => {
    const declared: Script = [...openChannel(), "queue.declare", queueDeclareOk("q")];
    const server = await misbehave(
      inTurn(
        [...declared, "rst"],
        [...openChannel(), "queue.declare", refusal],
        [...declared, ...goodbye()],
      ),
    );
    const client = new IdleClient();
    await openSession([server.port], client, { topology: queueTopology("q", true) });
    await client.attached(2);
    expect(server.connections).toBe(3);
  });

  it.each<[string, Script, number]>([
    [
      "403 at login",
      [...handshake().slice(0, 3), close(403, "ACCESS_REFUSED - Login was refused")],
      403,
    ],
    [
      "403 at the queue",
      [
        ...openChannel(),
        "queue.declare",
        channelClose(403, "ACCESS_REFUSED - access to queue 'q'"),
      ],
      403,
    ],
    [
      "406 at the queue",
      [
        ...openChannel(),
        "queue.declare",
        channelClose(406, "PRECONDITION_FAILED - inequivalent arg"),
      ],
      406,
    ],
  ])("a decision of the broker is final: %s", async (_, refusal, code) => {
    const declared: Script = [...openChannel(), "queue.declare", queueDeclareOk("q"), "rst"];
    const server = await misbehave(inTurn(declared, refusal));
    const client = new IdleClient();
    await openSession([server.port], client, { topology: queueTopology("q") });
    expect(await client.failed()).toMatchObject({ exitCode: 4, reply: { code } });
    expect(server.connections).toBe(2);
  });

  it("nothing is tried when no outage is allowed", async () => {
    const server = await misbehave([...openChannel(), forced]);
    const client = new IdleClient();
    await openSession([server.port], client, { maxOutageMs: 0 });
    expect(await client.failed()).toMatchObject({ exitCode: 3 });
    expect(server.connections).toBe(1);
  });
});

describe("a session gives up", () => {
  it.each<[string, Script]>([
    ["refuses connections", ["rst"]],
    ["accepts them and is silent", []],
    ["opens them and is silent", handshake()],
  ])("within a second after the longest outage, when the broker %s", async (_, script) => {
    const server = await misbehave(inTurn([...openChannel(), forced], script));
    const client = new IdleClient();
    await openSession([server.port], client, { maxOutageMs: 700, connectTimeoutMs: 60_000 });
    const { error, ms } = await failing(client.failed().then((failure) => Promise.reject(failure)));
    expect(error).toMatchObject({ exitCode: 3 });
    expect(error.message).toContain("the broker was away longer than --max-outage 0.7");
    expect(ms).toBeGreaterThanOrEqual(600);
    expect(ms).toBeLessThan(6000);
    await server.until("the client has let go", ({ open }) => open === 0);
  });

  it("when connections are restored and lost, and nothing ever gets through", async () => {
    const server = await misbehave([...openChannel(), forced]);
    const client = new IdleClient();
    await openSession([server.port], client, { maxOutageMs: 1000 });
    const { error, ms } = await failing(client.failed().then((failure) => Promise.reject(failure)));
    expect(error.message).toContain(
      "longer than --max-outage 1: the broker closed the connection: 320",
    );
    expect(ms).toBeLessThan(6000);
    // It has waited between the tries: without that there would be hundreds.
    expect(server.connections).toBeLessThan(30);
  });

  it("not when something gets through each time", async () => {
    const server = await misbehave([...openChannel(), forced]);
    const client = new IdleClient(async () => void client.progress++);
    await openSession([server.port], client, { maxOutageMs: 300 });
    await client.attached(20);
    expect(client.failure).toBeUndefined();
  });
});
