// A port of another host on loopback: bytes both ways, ends, resets, and refusal while it is shut.
import { once } from "node:events";
import net from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { freePorts } from "./broker/greeting.ts";
import { forwarder } from "./broker/loopback.ts";

/** A server that answers each piece with itself in capitals, and a shut forwarder to it. */
async function shouting() {
  const sockets: net.Socket[] = [];
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    socket.on("data", (piece) => socket.write(piece.toString().toUpperCase()));
    socket.on("end", () => socket.end("BYE"));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  const target = typeof address === "object" && address !== null ? address.port : 0;
  const [port = 0] = await freePorts(1);
  const way = forwarder({ host: "127.0.0.1", port: target }, port);
  onTestFinished(async () => {
    await way.shut();
    server.close();
  });
  return { way, port, sockets };
}

async function connected(port: number): Promise<net.Socket> {
  const socket = net.connect({ host: "127.0.0.1", port });
  onTestFinished(() => void socket.destroy());
  await once(socket, "connect");
  return socket;
}

async function said(socket: net.Socket): Promise<string> {
  const [piece]: unknown[] = await once(socket, "data");
  return String(piece);
}

test("passes on what both sides say, until each has ended", async () => {
  const { way, port } = await shouting();
  await way.open();
  const socket = await connected(port);
  socket.write("hello");
  expect(await said(socket)).toBe("HELLO");
  socket.end();
  expect(await said(socket)).toBe("BYE");
  await once(socket, "close");
});

test("passes on a reset", async () => {
  const { way, port, sockets } = await shouting();
  await way.open();
  const socket = await connected(port);
  socket.write("hello");
  await said(socket);
  const error = once(socket, "error");
  sockets[0]?.resetAndDestroy();
  expect(String(await error)).toContain("ECONNRESET");
});

test("resets what is connected when it is shut, refuses then, and can be opened again", async () => {
  const { way, port } = await shouting();
  await way.open();
  const socket = await connected(port);
  socket.write("hello");
  await said(socket);
  const error = once(socket, "error");
  await way.shut();
  await way.shut();
  expect(String(await error)).toContain("ECONNRESET");
  await expect(connected(port)).rejects.toThrow("ECONNREFUSED");
  await way.open();
  const again = await connected(port);
  again.write("again");
  expect(await said(again)).toBe("AGAIN");
});
