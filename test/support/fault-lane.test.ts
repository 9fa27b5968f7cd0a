// What the fault proxy does to a stream: stalling, garbling, delaying, slowing down.
import { randomBytes } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import { type Echo, type End, dial, echo } from "./echo.ts";
import { FaultProxy } from "./fault-proxy.ts";

let server: Echo;
let proxy: FaultProxy;
let client: End;
let peer: End;

beforeEach(async () => {
  server = await echo();
  proxy = await new FaultProxy({ host: "127.0.0.1", port: server.port }).listen();
  client = await dial(proxy.port);
  client.socket.write("hi");
  await client.got("hi");
  peer = await server.accepted();
});

describe("a proxy that stalls", () => {
  test("stops reading until writers are stuck, then carries everything", async () => {
    proxy.mode = "stall";
    const bytes = randomBytes(30e6);
    client.socket.write(bytes);
    await expect(peer.hearsAnything(150)).resolves.toBe(false);
    expect(client.socket.writableLength).toBeGreaterThan(0);
    proxy.mode = "pass";
    await client.gotBytes(2 + bytes.length);
    expect(client.bytes.subarray(2).equals(bytes)).toBe(true);
    expect(proxy.counts.swallowed).toBe(0);
  });
});

describe("a proxy that changes or slows the stream", () => {
  test("inverts one byte towards the client, and only that", async () => {
    proxy.garble(4);
    client.socket.write("abc");
    await client.got("hiabc");
    client.socket.write("defg");
    await client.got(`hiabcd${String.fromCharCode("e".charCodeAt(0) ^ 0xff)}fg`);
    expect(peer.text).toBe("hiabcdefg");
  });

  test("delays each direction, without adding up over the pieces", async () => {
    proxy.delayMs = 100;
    const startedAt = performance.now();
    for (let i = 0; i < 50; i += 1) client.socket.write(randomBytes(100_000));
    await client.gotBytes(5_000_002);
    const ms = performance.now() - startedAt;
    expect(ms).toBeGreaterThanOrEqual(199);
    expect(ms).toBeLessThan(2000);
  });

  test("still delivers FIN after the bytes it has delayed", async () => {
    proxy.delayMs = 50;
    client.socket.end("late");
    await peer.gone("fin");
    expect(peer.text).toBe("hilate");
  });

  test("limits the rate", async () => {
    proxy.bytesPerSecond = 100_000;
    const startedAt = performance.now();
    client.socket.write(randomBytes(30_000));
    await client.gotBytes(30_002);
    const ms = performance.now() - startedAt;
    expect(ms).toBeGreaterThanOrEqual(299);
    expect(ms).toBeLessThan(2000);
  });

  test("swallows what is still under way when it becomes a black hole", async () => {
    proxy.delayMs = 60;
    client.socket.write("under way");
    proxy.mode = "blackhole";
    await proxy.until("swallowed", ({ swallowed }) => swallowed === 9);
    expect(peer.text).toBe("hi");
  });
});
