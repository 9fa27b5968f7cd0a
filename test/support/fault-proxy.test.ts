// The fault proxy between a client and an echo server: what gets through, and how each side learns of the end.
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

describe("a proxy that passes", () => {
  test("carries 20 MB both ways unchanged and counts them", async () => {
    const bytes = randomBytes(20e6);
    client.socket.write(bytes);
    await client.gotBytes(2 + bytes.length);
    expect(client.bytes.subarray(2).equals(bytes)).toBe(true);
    expect(proxy.counts).toEqual({
      accepted: 1,
      open: 1,
      cut: 0,
      toServer: 20e6 + 2,
      toClient: 20e6 + 2,
      swallowed: 0,
    });
  });

  test("hands a FIN on without closing the other direction", async () => {
    client.socket.end("bye");
    await peer.gone("fin");
    await client.got("hibye");
    peer.socket.end("last");
    await client.gone("fin");
    expect(client.text).toBe("hibyelast");
    await proxy.until("closed", ({ open }) => open === 0);
    expect(proxy.counts.cut).toBe(0);
  });

  test("hands a reset on, from either side", async () => {
    peer.socket.resetAndDestroy();
    await client.gone("rst");
    const second = await dial(proxy.port);
    second.socket.write("x");
    await second.got("x");
    second.socket.resetAndDestroy();
    await (await server.accepted()).gone("rst");
    await proxy.until("both cut", ({ cut }) => cut === 2);
    expect(proxy.counts).toMatchObject({ accepted: 2, open: 0 });
  });

  test("resets a client when nobody listens at the target", async () => {
    const unused = await new FaultProxy({ host: "127.0.0.1", port: 1 }).listen();
    await unused.refuse();
    proxy.target = { host: "127.0.0.1", port: unused.port };
    const second = await dial(proxy.port);
    await expect(second.gone("rst")).resolves.toBe(true);
  });
});

describe("a proxy that ends connections", () => {
  test("cuts all with a reset on both sides", async () => {
    const second = await dial(proxy.port);
    await proxy.until("two", ({ open }) => open === 2);
    proxy.cut();
    await Promise.all([client.gone("rst"), second.gone("rst"), peer.gone("rst")]);
    expect(proxy.counts.cut).toBe(2);
  });

  test("ends all with a FIN on both sides", async () => {
    proxy.fin();
    await Promise.all([client.gone("fin"), peer.gone("fin")]);
    expect(proxy.counts.cut).toBe(0);
  });

  test("lets exactly so many bytes through to the server before it cuts, once", async () => {
    proxy.cutAfter(1000);
    client.socket.write(Buffer.alloc(600, "a"));
    await client.gotBytes(602);
    client.socket.write(Buffer.alloc(600, "b"));
    await Promise.all([client.gone("rst"), peer.gone("rst")]);
    expect(peer.text).toBe(`hi${"a".repeat(600)}${"b".repeat(400)}`);
    const second = await dial(proxy.port);
    second.socket.write(Buffer.alloc(2000, "c"));
    await second.gotBytes(2000);
  });

  test("refuses new clients, keeps those it has, and takes new ones again on the same port", async () => {
    const { port } = proxy;
    await proxy.refuse();
    await expect(dial(port)).rejects.toThrow("ECONNREFUSED");
    client.socket.write("!");
    await client.got("hi!");
    await proxy.reopen();
    const second = await dial(port);
    second.socket.write("again");
    await second.got("again");
  });

  test("closes with every connection reset and nothing listening", async () => {
    proxy.mode = "blackhole";
    await proxy.close();
    await Promise.all([client.gone("rst"), peer.gone("rst")]);
    await expect(dial(proxy.port)).rejects.toThrow("ECONNREFUSED");
  });
});

describe("a black hole", () => {
  test("swallows bytes both ways", async () => {
    proxy.mode = "blackhole";
    client.socket.write("lost");
    peer.socket.write("gone");
    await proxy.until("8 bytes swallowed", ({ swallowed }) => swallowed === 8);
    expect([client.text, peer.text]).toEqual(["hi", "hi"]);
  });

  test("swallows a FIN and a reset as well", async () => {
    const second = await dial(proxy.port);
    second.socket.write("x");
    await second.got("x");
    const secondPeer = await server.accepted();
    proxy.mode = "blackhole";
    peer.socket.end();
    secondPeer.socket.resetAndDestroy();
    await expect(
      Promise.all([client.hearsAnything(150), second.hearsAnything(150)]),
    ).resolves.toEqual([false, false]);
    client.socket.end();
    second.socket.resetAndDestroy();
    await proxy.until("clients gone", ({ open }) => open === 0);
    expect(proxy.counts.cut).toBe(0);
    await expect(peer.hearsAnything(50)).resolves.toBe(false);
  });

  test("accepts new clients and tells them nothing", async () => {
    proxy.mode = "blackhole";
    const second = await dial(proxy.port);
    second.socket.write("anyone?");
    await proxy.until("7 bytes swallowed", ({ swallowed }) => swallowed === 7);
    expect(second.text).toBe("");
  });

  test("leaves a connection that has lost bytes dead, and works for new ones", async () => {
    proxy.mode = "blackhole";
    client.socket.write("lost");
    await proxy.until("swallowed", ({ swallowed }) => swallowed === 4);
    proxy.mode = "pass";
    client.socket.write("more");
    await proxy.until("swallowed", ({ swallowed }) => swallowed === 8);
    const second = await dial(proxy.port);
    second.socket.write("new");
    await second.got("new");
    expect(peer.text).toBe("hi");
  });

  test("does no harm to a connection that was idle meanwhile", async () => {
    proxy.mode = "blackhole";
    proxy.mode = "pass";
    client.socket.write("!");
    await client.got("hi!");
    expect(proxy.counts.swallowed).toBe(0);
  });
});

describe("a proxy that drops one direction", () => {
  test("lets the client still reach the server when it drops what goes to the client", async () => {
    proxy.mode = "drop-to-client";
    client.socket.write("heard");
    await peer.got("hiheard");
    await proxy.until("the echo swallowed", ({ swallowed }) => swallowed === 5);
    peer.socket.end();
    await expect(client.hearsAnything(100)).resolves.toBe(false);
    client.socket.end();
    await peer.gone("fin");
  });

  test("lets the server still reach the client when it drops what goes to the server", async () => {
    proxy.mode = "drop-to-server";
    client.socket.write("unheard");
    await proxy.until("swallowed", ({ swallowed }) => swallowed === 7);
    peer.socket.write("news");
    await client.got("hinews");
    expect(peer.text).toBe("hi");
  });
});
