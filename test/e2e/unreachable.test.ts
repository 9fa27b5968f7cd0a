// Nobody there, or somebody who does not speak AMQP: one plain sentence, the way out, and exit code 3 within the time given.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { channelOpenOk, qosOk } from "../support/amqp-answer.ts";
import { freePorts } from "../support/broker/greeting.ts";
import { misbehave } from "../support/misbehave.ts";
import {
  goodbye,
  handshake,
  http,
  noise,
  type Script,
  whenever,
} from "../support/misbehave-script.ts";
import { runToEnd } from "../support/run.ts";
import { sharedBroker, sharedCertificates } from "../support/shared-broker.ts";
import { play } from "../support/transcript.ts";

const nobody = { env: { AMQP_URL: undefined } };

/** A server that plays that script, as words of a transcript. */
async function serverWith(script: Script) {
  return { words: { PORT: (await misbehave(script)).port }, ...nobody };
}

describe("nobody", () => {
  test("listens on the port", async () => {
    const [port = 0] = await freePorts(1);
    await play(
      `
      $ amqp-pub -k hello -m 'Hello World!' --server-name 127.0.0.1 --port-number PORT
      ! ERROR: nobody listens on 127.0.0.1:PORT
      ! hint: start the broker, check --server-name and --port-number, or wait for it with --wait 30
      = 3
      `,
      { words: { PORT: port }, ...nobody },
    );
  });

  test("listens where the URL says: that place is named, wherever it was", async () => {
    const [port = 0] = await freePorts(1);
    await play(
      `
      $ amqp-pub -k hello -m 'Hello World!' -u amqp://127.0.0.1:PORT
      ! ERROR: nobody listens on 127.0.0.1:PORT
      ! hint: start the broker, check --url, or wait for it with --wait 30
      = 3
      $ AMQP_URL=amqp://127.0.0.1:PORT amqp-pub -k hello -m 'Hello World!'
      ! ERROR: nobody listens on 127.0.0.1:PORT
      ! hint: start the broker, check AMQP_URL, or wait for it with --wait 30
      = 3
      $ AMQP_SERVER_NAME=127.0.0.1 amqp-pub -k hello -m 'Hello World!' --port-number PORT
      ! ERROR: nobody listens on 127.0.0.1:PORT
      ! hint: start the broker, check AMQP_SERVER_NAME and --port-number, or wait for it with --wait 30
      = 3
      `,
      { words: { PORT: port }, ...nobody },
    );
  });

  test("has that name", async () => {
    await play(
      `
      $ amqp-con -q hello --server-name no-such-host.invalid
      ! WARNING: the connection is not secured.
      ! ERROR: unknown host "no-such-host.invalid"
      ! hint: check --server-name
      = 3
      `,
      nobody,
    );
  });

  test("answers: a silent port is given up after --connect-timeout", async () => {
    const exits = await play(
      `
      $ amqp-con -q hello -u amqp://127.0.0.1:PORT --connect-timeout 1
      ! ERROR: 127.0.0.1:PORT did not answer within 1 s
      ! hint: check that this is an AMQP port, or allow more time with --connect-timeout
      = 3
      `,
      await serverWith([]),
    );
    expect(exits[""]?.ms).toBeGreaterThan(990);
    expect(exits[""]?.ms).toBeLessThan(6000);
  });

  test("answers in the middle of the handshake: that has the same end", async () => {
    await play(
      `
      $ amqp-pub -k hello -u amqp://127.0.0.1:PORT --connect-timeout 300ms
      ! ERROR: 127.0.0.1:PORT did not answer within 0.3 s
      ! hint: check that this is an AMQP port, or allow more time with --connect-timeout
      = 3
      `,
      await serverWith(handshake().slice(0, 4)),
    );
  });

  test("answers before --wait has passed", async () => {
    const [port = 0] = await freePorts(1);
    const exits = await play(
      `
      $ amqp-con -q hello -u amqp://127.0.0.1:PORT --wait 500ms
      ! nobody listens on 127.0.0.1:PORT; trying again for 0.5 s
      ! ERROR: nobody listens on 127.0.0.1:PORT
      ! hint: start the broker, check --url, or wait for it with --wait 30
      = 3
      `,
      { words: { PORT: port }, ...nobody },
    );
    expect(exits[""]?.ms).toBeGreaterThan(490);
  });
});

describe("somebody else", () => {
  test("a web server is no broker", async () => {
    await play(
      `
      $ amqp-pub -k hello -u amqp://127.0.0.1:PORT
      ! ERROR: what 127.0.0.1:PORT sends is not AMQP 0-9-1
      ! hint: 5672 is the usual port, 5671 with TLS; 15672 is the web interface
      = 3
      `,
      await serverWith(["anything", http(), "fin"]),
    );
  });

  test("nor is one that sends noise", async () => {
    await play(
      `
      $ amqp-pub -k hello -u amqp://127.0.0.1:PORT
      ! ERROR: what 127.0.0.1:PORT sends is not AMQP 0-9-1
      ! hint: 5672 is the usual port, 5671 with TLS; 15672 is the web interface
      = 3
      `,
      await serverWith(["anything", noise(2000)]),
    );
  });

  test.each<"fin" | "rst">(["fin", "rst"])(
    "one that hangs up with %s may want TLS",
    async (end) => {
      await play(
        `
      $ amqp-con -q hello -u amqp://127.0.0.1:PORT
      ! ERROR: 127.0.0.1:PORT closed the connection during the handshake
      ! hint: if this is the broker's TLS port, add --enable-tls; for a broker that is still starting, --wait 30
      = 3
      `,
        await serverWith(["anything", end]),
      );
    },
  );
});

test("a broker that wants a client certificate is unreachable without one", async () => {
  const { ca, server } = sharedCertificates();
  const [cert, key] = [readFileSync(server.cert), readFileSync(server.key)];
  const tls = { cert, key, requestCert: true, rejectUnauthorized: true };
  await play(
    `
    $ amqp-pub --ping --cafile ca.pem --server-name 127.0.0.1 --port-number PORT
    ! ERROR: TLS: 127.0.0.1:PORT refused the handshake: tlsv13 alert certificate required
    ! hint: the broker wants a client certificate: give --cert and --key
    = 3
    `,
    { words: { PORT: (await misbehave([], { tls })).port, "ca.pem": ca }, ...nobody },
  );
});

describe("a broker that comes late", () => {
  test("is waited for with --wait", async () => {
    const ready = [
      ...handshake(),
      whenever("channel.open", channelOpenOk()),
      whenever("basic.qos", qosOk()),
      ...goodbye(),
    ];
    const server = await misbehave((connection) => (connection < 3 ? ["header", "rst"] : ready));
    const exit = await runToEnd("amqp-pub", ["--ping", "--wait", "10", "-u", server.url]);
    const reason = `127.0.0.1:${server.port} closed the connection during the handshake`;
    expect(exit).toMatchObject({ code: 0, stderr: `${reason}; trying again for 10 s\n` });
    expect(exit.stdout).toMatch(
      new RegExp(
        `^RabbitMQ 3\\.13\\.0, 127\\.0\\.0\\.1:${server.port}, vhost /, no TLS, connected in [\\d.]+ ms, round trip [\\d.]+ ms\\n$`,
      ),
    );
    expect(server.connections).toBe(3);
  });
});

describe("several URLs", () => {
  test("the next one is tried when nobody listens at the first", async () => {
    const [port = 0] = await freePorts(1);
    const [url = ""] = sharedBroker().url.split(",");
    const dead = new URL(url);
    dead.host = `127.0.0.1:${port}`;
    await play(
      `
      $ amqp-con -Q --exclusive --get -u ${dead.href},${url}
      ! Created queue: amq.gen-any
      ! Stopping: the queue is empty (--get)
      = 8
      `,
      { words: { PORT: port }, ...nobody },
    );
  });
});
