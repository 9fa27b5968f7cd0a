// The transcripts in README.md and docs/ are true: each is played on a real broker, with its flags, texts and exit codes.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { createDomain } from "../support/accounts.ts";
import { sharedBroker, sharedCertificates } from "../support/shared-broker.ts";
import { play, type Cast } from "../support/transcript.ts";
import { timeless } from "../support/timeless.ts";

const root = join(import.meta.dirname, "../..");
const guides = readdirSync(join(root, "docs")).filter((name) => name.endsWith(".md"));
const written = ["README.md", ...guides.map((name) => `docs/${name}`)]
  .map((path) => readFileSync(join(root, path), "utf8"))
  .join("\n");
const transcripts = [...written.matchAll(/^```text\n(.*?)^```$/gms)].map(([, text = ""]) => text);
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
    expect({ plain: plain.length, withAccounts: withAccounts.length }).toEqual({
      plain: 8,
      withAccounts: 2,
    });
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
    else script.push(`${name} ${operator(shown)} ${timeless(shown)}`);
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
