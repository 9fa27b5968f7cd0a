// `npm start` and the script behind both commands, as a newcomer runs them.
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { createDomain, type Domain } from "../support/accounts.ts";
import type { Child } from "../support/child.ts";
import { command } from "../support/run.ts";
import { sharedBroker } from "../support/shared-broker.ts";

const startMs = 40_000;

describe("npm start", () => {
  let domain: Domain;
  beforeAll(async () => {
    // The demonstration's queue is named hello, as in the tutorial: it needs a vhost for itself.
    domain = await createDomain(sharedBroker("admin"), {});
  });

  it("shows both sides of Hello World and ends both", async () => {
    const { code, stdout, stderr } = await start({ AMQP_URL: domain.url }).ended(startMs);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    const lines = stdout.split("\n");
    const of = (label: string) =>
      lines.filter((line) => line.startsWith(label)).map((line) => line.replace(/^\w+ +│ /, ""));
    expect(lines[0]).toMatch(
      /^Broker: RabbitMQ \d+\.\d+\.\d+ at \S+:\d+, the one of AMQP_URL, ready in \d+\.\d s$/,
    );
    // RabbitMQ from 4.3 on may deny the tutorial's queue, and the consumer says how it goes on.
    const shown = of("consumer").filter((line) => !line.startsWith("this broker denies transient"));
    expect(shown).toEqual([
      "$ amqp-con -q hello -Q",
      "Created queue: hello",
      "Received: Hello World!",
      "^C",
      "Stopped",
    ]);
    expect(of("publisher")).toEqual([
      "$ amqp-pub -k hello --mandatory --confirm -m 'Hello World!'",
      "Sent: Hello World!",
    ]);
    const closing = lines.slice(
      lines.findIndex((line) => line.startsWith("That was the main job")),
    );
    expect(closing).toContain("Try it yourself:");
    expect(closing.filter((line) => line.length > 80)).toEqual([]);
  });

  it("says in one line when AMQP_URL leads nowhere", async () => {
    const env = { AMQP_URL: "amqp://guest:secret@127.0.0.1:1" };
    const { code, stdout, stderr } = await start(env).ended(startMs);
    expect(stderr.trim()).toBe("ERROR: AMQP_URL is set, but no broker answers at 127.0.0.1:1");
    expect(stdout).toBe("");
    expect(code).toBe(1);
  });

  it("keeps the user's settings for another broker away from its own", async () => {
    const env = { TEST_BROKER: sharedBroker("tls").kind, AMQP_VHOST: "not-there", AMQP_URL: "" };
    const { code, stdout } = await start(env).ended(startMs);
    expect(stdout).toContain("Received: Hello World!");
    expect(code).toBe(0);
  });
});

describe("scripts/bootstrap.mjs", () => {
  it("says how it is used", async () => {
    const { code, stdout, stderr } = await bootstrap(["sing"]).ended();
    expect(stderr).toMatch(/^usage: node scripts\/bootstrap.mjs setup \| start \| test/);
    expect(stdout).toBe("");
    expect(code).toBe(2);
  });

  it("keeps the exit code of what it runs", async () => {
    const { code, stderr } = await bootstrap(["test", "no-such-file.test.ts"]).ended(startMs);
    expect(stderr).toContain("No test files found");
    expect(code).toBe(1);
  });
});

function bootstrap(args: readonly string[]): Child {
  return command(process.execPath, [script("bootstrap.mjs"), ...args]);
}

/** What `npm start` runs once everything is built; bootstrap.mjs itself might build while other tests use the binaries. */
function start(env: Readonly<Record<string, string>>): Child {
  const docker = Object.entries(process.env).filter(([name]) =>
    /^(DOCKER|TESTCONTAINERS)_/.test(name),
  );
  const args = ["--import", "tsx", script("start.ts")];
  return command(process.execPath, args, { env: { ...Object.fromEntries(docker), ...env } });
}

function script(name: string): string {
  return fileURLToPath(new URL(`../../scripts/${name}`, import.meta.url));
}
