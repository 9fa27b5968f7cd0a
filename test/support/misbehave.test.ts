// The misbehaving server before a connection is open, with amqplib as its client.
import { connect } from "amqplib";
import { once } from "node:events";
import { readFile, rm } from "node:fs/promises";
import { connect as dial } from "node:net";
import { describe, expect, test } from "vitest";
import { Arguments, longstr, shortstr } from "./amqp-bytes.ts";
import { close, start, tune } from "./amqp-frame.ts";
import { createCertificates } from "./certificates.ts";
import { atTestEnd } from "./cleanup.ts";
import { misbehave } from "./misbehave.ts";
import { announce, goodbye, handshake, http, noise, type Script } from "./misbehave-script.ts";

/** The error with which connecting fails. */
async function refusal(script: Script): Promise<string> {
  const server = await misbehave(script);
  return await connect(server.url).then(
    () => "connected",
    (error: unknown) => String(error),
  );
}

describe("the handshake", () => {
  test("completes, and shows what the client has sent", async () => {
    const server = await misbehave([...handshake(7), ...goodbye()]);
    const model = await connect(`${server.url}/my%20vhost?heartbeat=9`, {
      clientProperties: { connection_name: "me" },
    });
    await server.played();
    expect(server.received().map(({ name }) => name)).toEqual([
      "header",
      "start-ok",
      "tune-ok",
      "open",
    ]);
    const [, startOk, tuneOk, open] = server.received();
    expect(startOk?.arguments().longstr()).toContain("me");
    const tuned = tuneOk?.arguments();
    expect([tuned?.short(), tuned?.long(), tuned?.short()]).toEqual([2047, 131_072, 7]);
    expect(open?.arguments().shortstr()).toBe("my vhost");
    expect(model.connection.serverProperties).toMatchObject({
      product: "RabbitMQ",
      version: "3.13.0",
    });
    await model.close();
    await server.until("the client has left", ({ open: left }) => left === 0);
    expect(server.received().at(-1)?.name).toBe("close");
  });

  const loginRefused = "ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN.";
  const noVhost = "NOT_ALLOWED - vhost nowhere not found";

  test.each<[string, Script, RegExp]>([
    [
      "refuses the login with its text",
      ["header", start(), "start-ok", close(403, loginRefused)],
      /403.*ACCESS_REFUSED - Login/,
    ],
    [
      "refuses the vhost",
      ["header", start(), "start-ok", tune(), "tune-ok", "open", close(530, noVhost)],
      /ConnectionClose/,
    ],
    ["ends right after the header", ["header", "fin"], /closed/],
    ["resets right after the header", ["header", "rst"], /ECONNRESET/],
    ["answers as a web server", ["anything", http(), "fin"], /Frame size \d+ exceeds/],
    ["answers with noise", ["header", noise(4096)], /frame|Frame/],
    ["announces a frame that is too large", ["header", announce(1 << 30)], /exceeds/],
    [
      "speaks another version",
      ["header", Buffer.from([65, 77, 81, 80, 0, 1, 0, 0]), "fin"],
      /Frame size 1342177536 exceeds/,
    ],
  ])("%s", async (_, script, expected) => {
    await expect(refusal(script)).resolves.toMatch(expected);
  });

  test("accepts and says nothing, for as long as anybody waits", async () => {
    const server = await misbehave([]);
    const attempt = connect(server.url, { timeout: 200 });
    await expect(attempt).rejects.toThrow("ETIMEDOUT");
    expect(server.received().map(({ name }) => name)).toEqual(["header"]);
  });

  test("is plain where TLS is expected", async () => {
    const server = await misbehave(["anything", http(), "fin"]);
    await expect(connect(server.url.replace("amqp:", "amqps:"))).rejects.toThrow(
      /wrong version number|packet/i,
    );
    expect(server.received()[0]?.name).toBe("unknown");
  });

  test("speaks AMQP inside TLS", async () => {
    const certificates = await createCertificates(() => {});
    atTestEnd(() => rm(certificates.folder, { recursive: true }));
    const tls = {
      cert: await readFile(certificates.server.cert),
      key: await readFile(certificates.server.key),
    };
    const server = await misbehave(["header", start(), "start-ok", close(403, "ACCESS_REFUSED")], {
      tls,
    });
    const attempt = connect(server.url.replace("amqp:", "amqps:"), {
      ca: await readFile(certificates.ca),
    });
    await expect(attempt).rejects.toThrow("403");
  });

  test("gives each connection its own script", async () => {
    const server = await misbehave((connection) =>
      connection === 1 ? ["header", "rst"] : handshake(),
    );
    await expect(connect(server.url)).rejects.toThrow("ECONNRESET");
    (await connect(server.url)).on("error", () => {});
    expect(server.connections).toBe(2);
    expect(server.received(2).map(({ name }) => name)).toEqual([
      "header",
      "start-ok",
      "tune-ok",
      "open",
    ]);
  });
});

describe("a wait for the misbehaving server", () => {
  test("says at which step the script stands when it waits in vain", async () => {
    const server = await misbehave(handshake());
    const socket = dial(server.port, "127.0.0.1");
    atTestEnd(() => void socket.destroy());
    await once(socket, "connect");
    socket.write("AMQP\0\0\u0009\u0001");
    await once(socket, "data");
    await expect(server.played(1, 50)).rejects.toThrow(
      /open, step 3 of 7: "start-ok", got: header/,
    );
  });

  test("reads the values it has written", () => {
    const values = new Arguments(Buffer.concat([shortstr("é"), longstr("long")]));
    expect([values.shortstr(), values.longstr()]).toEqual(["é", "long"]);
  });
});
