// What a broker says right behind the handshake, in whatever pieces the network makes of it, is heard as on an open connection.
import { once } from "node:events";
import { expect, it } from "vitest";
import { shakeHands } from "../../../src/amqp/session/handshake.ts";
import { close, openOk } from "../../support/amqp-frame.ts";
import { handshake, type Script } from "../../support/misbehave-script.ts";
import { misbehave } from "../../support/misbehave.ts";

const untilOpen: Script = handshake().slice(0, -1);
const opening = Buffer.concat([openOk(), close(541, "INTERNAL_ERROR")]);

it.each([
  ["in one piece", []],
  ["behind an open-ok in two pieces", [5]],
  ["behind an open-ok in three pieces", [1, 12]],
  ["in two pieces itself", [20]],
])("a close %s is the connection's error", async (_, cuts) => {
  const server = await misbehave(untilOpen);
  const { socket, opened } = shakeHands({ hostname: "127.0.0.1", port: server.port }, {});
  await server.played();
  for (const [i, from] of [0, ...cuts].entries()) {
    const isRead = socket && once(socket, "readable");
    server.send(opening.subarray(from, cuts[i]));
    await isRead;
  }
  const model = await opened;
  const [error] = await once(model, "error");
  expect(String(error)).toContain("541");
});

it("the reason of a refused vhost is heard in two pieces", async () => {
  const server = await misbehave(untilOpen);
  const { socket, opened, ...hands } = shakeHands({ hostname: "127.0.0.1", port: server.port }, {});
  opened.catch(() => {});
  await server.played();
  const refusal = close(530, "NOT_ALLOWED - vhost v not found");
  const isRead = socket && once(socket, "readable");
  server.send(refusal.subarray(0, 20));
  await isRead;
  server.send(refusal.subarray(20));
  await expect(opened).rejects.toThrow("Expected ConnectionOpenOk");
  expect(hands.reply()).toEqual({ code: 530, text: "NOT_ALLOWED - vhost v not found" });
});
