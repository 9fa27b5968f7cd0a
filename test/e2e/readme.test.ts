// The transcripts in README.md and docs/ are true: each is played on a real broker, with its flags, texts and exit codes.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { createDomain } from "../support/accounts.ts";
import { proxied } from "../support/proxied.ts";
import { sharedBroker, sharedCertificates } from "../support/shared-broker.ts";
import { ack, queueDeclareOk } from "../support/amqp-answer.ts";
import type { ClientFrame } from "../support/amqp-frame.ts";
import { misbehave } from "../support/misbehave.ts";
import { openChannel, whenever } from "../support/misbehave-script.ts";
import { play, type Cast } from "../support/transcript.ts";
import { timeless } from "../support/timeless.ts";

const root = join(import.meta.dirname, "../..");
const guides = readdirSync(join(root, "docs")).filter((name) => name.endsWith(".md"));
const written = ["README.md", ...guides.map((name) => `docs/${name}`)]
  .map((path) => readFileSync(join(root, path), "utf8"))
  .join("\n");
const transcripts = [...written.matchAll(/^```text\n(.*?)^```$/gms)].map(([, text = ""]) => text);
const clustered = transcripts.filter((text) => text.includes("was lost"));
const onOneBroker = transcripts.filter((text) => !text.includes("was lost"));
const withAccounts = onOneBroker.filter((text) => text.includes("domain1"));
const plain = onOneBroker.filter((text) => !text.includes("domain1"));

/** What standard error shows; all else is a message. */
const told =
  /^(Created|Found|Bound|WARNING:|ERROR:|hint:|Returned:|Account:|Duration:|Stopped|Stopping:|connected again)/;

const titled = (texts: readonly string[]) =>
  texts.map((text) => [/\$ (.*)/.exec(text)?.[1] ?? "", text] as const);

describe("README.md and docs", () => {
  test("holds the transcripts that are played here", () => {
    const counts = [plain, withAccounts, clustered].map(({ length }) => length);
    expect(counts).toEqual([8, 2, 1]);
  });

  test.each(titled(plain))("%s", async (_, text) => {
    const names = [
      "hello",
      "task_queue",
      "logs",
      "direct_logs",
      "topic_logs",
      "lines",
      "tasks",
      "failed",
      "factors",
    ];
    await play(direct(text), { names });
  });

  test.each(titled(clustered))("on several nodes: %s", async (_, text) => {
    // The first node has two messages when it is killed; behind the second one is the shared broker.
    const first = await misbehave([
      ...openChannel("confirm"),
      whenever("queue.declare", (_count, frame) => queueDeclareOk(queueNamed(frame))),
      whenever("body", (count) => (count <= 2 ? ack(count) : Buffer.alloc(0))),
    ]);
    const { proxy: second, env } = await proxied();
    const nodes = [first, second].map(({ port }) => {
      const url = new URL(env.AMQP_URL);
      url.host = `localhost:${port}`;
      return url.href;
    });
    await play(direct(text), {
      names: ["orders"],
      words: { "5672": first.port, "5673": second.port },
      env: { AMQP_URL: nodes.join(",") },
      acts: { crash: () => first.close() },
    });
  });

  describe("with accounts", () => {
    let cast: Cast = {};
    beforeAll(async () => {
      const broker = sharedBroker("tls");
      const all: [string, string, string] = [".*", ".*", ".*"];
      const users = { alice: all, bob: ["", "", ".*"] as [string, string, string] };
      const { vhost, names } = await createDomain(broker, { users });
      cast = {
        words: {
          ...names,
          domain1: vhost,
          "5671": broker.tlsPort ?? 0,
          "chain.pem": sharedCertificates().ca,
        },
        env: { AMQP_URL: undefined, AMQP_PORT_NUMBER: `${broker.port}` },
      };
    });

    test.each(titled(withAccounts))("%s", async (_, text) => {
      await play(direct(text), cast);
    });
  });
});

/** The name in a queue.declare: behind class, method and a reserved number, with its length. */
function queueNamed({ payload }: ClientFrame): string {
  return payload.toString("utf8", 7, 7 + (payload[6] ?? 0));
}

/** A transcript of the README as a script for play(). */
function direct(text: string): string {
  const script: string[] = [];
  const running = new Map<string, string>();
  const end = (name: string, command: string): void => {
    if (isEndless(command)) script.push(`${name} ^ SIGINT`, `${name} ! Stopped`);
    script.push(`${name} = 0`);
    running.delete(name);
  };
  for (const line of text.trimEnd().split("\n")) {
    const [, name = "", shown = ""] = /^(\w+) +│ (.*)$/.exec(line) ?? [];
    const command = running.get(name);
    const [, typed] = /^\$ (.*)$/.exec(shown) ?? [];
    const [, code] = /^\(exit code (\d+)\)$/.exec(shown) ?? [];
    if (typed !== undefined) {
      if (command !== undefined) end(name, command);
      script.push(...subscribed([...running.values()]), `${name} $ ${typed}`);
      running.set(name, typed);
    } else if (code !== undefined) {
      script.push(`${name} = ${code}`);
      running.delete(name);
    } else if (shown === "^C") {
      script.push(`${name} ^ SIGINT`);
      running.set(name, "stopping");
    } else if (shown === "…") script.push(...declared(name, command ?? ""));
    else {
      if (/was lost/.test(shown)) script.push("act crash");
      script.push(`${name} ${operator(shown)} ${timeless(shown)}`);
    }
  }
  for (const [name, command] of running) end(name, command);
  return script.join("\n");
}

/** What a command with -E, -Q and --bind-queue says first. */
function declared(name: string, command: string): readonly string[] {
  const [, exchange = ""] = / -e (\S+)/.exec(command) ?? [];
  const [, key] = / -k '?([^' ]+)/.exec(command) ?? [];
  const queue = `amq.gen-${name}`;
  return [
    `${name} ! Created exchange: ${exchange}`,
    `${name} ! Created queue: ${queue}`,
    `${name} ! Bound Queue [${queue}] to Exchange [${exchange}]${key === undefined ? "␣" : ` ${key}`}`,
  ];
}

function operator(shown: string): ">" | "!" {
  return told.test(shown) ? "!" : ">";
}

/** A consumer without a rule that stops it. */
function isEndless(command: string): boolean {
  return /^(\w+=\S+ )*amqp-con /.test(command) && !/ (-n|--get|--until-\w+|--lazy) ?/.test(command);
}

/** Waits until the consumers of named queues that run have subscribed, so that each of them gets its share. */
function subscribed(commands: readonly string[]): readonly string[] {
  const queues = commands.flatMap((command) => /^amqp-con -q (\S+) -Q/.exec(command)?.[1] ?? []);
  return [...new Set(queues)].map((queue) => {
    const count = queues.filter((other) => other === queue).length;
    return `until ${queue} has ${count} consumers`;
  });
}
