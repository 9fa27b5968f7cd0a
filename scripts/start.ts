// `npm start`: the main job as a transcript. Gets a broker, lets the two built binaries say Hello World through it, and
// leaves nothing running. Installing and building is bootstrap.mjs's business, brokers are broker.ts's.
import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type Broker, findBroker } from "../test/support/broker.ts";
import { type Keeper, startKeeper } from "../test/support/broker/keeper.ts";
import { Watch } from "../test/support/watch.ts";

const waitMs = 15_000;

/** Both terminals of the demonstration: the name before each line, and its colour (an SGR number). */
const labels = { consumer: 36, publisher: 33 };

/** What all binaries of the demonstration share. */
interface Stage {
  readonly keeper: Keeper;
  readonly env: NodeJS.ProcessEnv;
}

/** A running binary whose lines are shown as they come. Waits reject when it ends first, or after `waitMs`. */
interface Terminal {
  readonly prints: (line: string) => Promise<unknown>;
  readonly interrupt: () => void;
  /** Settles when it has ended well. */
  readonly ends: () => Promise<unknown>;
}

process.exitCode = await main();

async function main(): Promise<number> {
  try {
    await demonstrate();
    return 0;
  } catch (error) {
    process.stderr.write(`\nERROR: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

async function demonstrate(): Promise<void> {
  const since = Date.now();
  const broker = await findBroker();
  const keeper = startKeeper();
  say(`${describe(broker)}, ready in ${((Date.now() - since) / 1000).toFixed(1)} s\n`);
  try {
    await helloWorld({ keeper, env: environmentFor(broker) });
  } finally {
    await Promise.all([keeper.release(), broker.stop()]);
  }
  say(`\n${afterwards(broker)}`);
}

async function helloWorld(stage: Stage): Promise<void> {
  const consumer = open(stage, "consumer", "amqp-con", ["-q", "hello", "-Q"]);
  await consumer.prints("Created queue: hello");
  const message = ["-k", "hello", "--mandatory", "--confirm", "-m", "Hello World!"];
  const publisher = open(stage, "publisher", "amqp-pub", message);
  await publisher.prints("Sent: Hello World!");
  await consumer.prints("Received: Hello World!");
  await publisher.ends();
  consumer.interrupt();
  await consumer.prints("Stopped");
  await consumer.ends();
}

function open(
  { keeper, env }: Stage,
  label: keyof typeof labels,
  name: string,
  args: readonly string[],
): Terminal {
  show(label, `$ ${[name, ...args].map(quote).join(" ")}`);
  const file = fileURLToPath(new URL(`../dist/${name}.cjs`, import.meta.url));
  const stdio: ["ignore", "pipe", "pipe"] = ["ignore", "pipe", "pipe"];
  // A group of its own, for the keeper to end when we are killed.
  const child = spawn(process.execPath, [file, ...args], { detached: true, env, stdio });
  if (child.pid !== undefined) keeper.group(child.pid);
  const lines: string[] = [];
  const watch = new Watch(() => `${name} has printed ${lines.length} lines, shown above`);
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => {
      show(label, line);
      lines.push(line);
      watch.changed();
    });
  }
  child.on("error", (error) => watch.finish(error.message));
  child.on("close", () => watch.finish(`${name} ended with ${endingOf(child)}`));
  return {
    prints: (line) => watch.until(`"${line}" from ${name}`, () => lines.includes(line), waitMs),
    ends: () =>
      watch.until(`the end of ${name}, with exit code 0`, () => child.exitCode === 0, waitMs),
    interrupt: () => {
      show(label, "^C");
      child.kill("SIGINT");
    },
  };
}

function endingOf({ exitCode, signalCode }: ChildProcess): string {
  return signalCode ?? `exit code ${exitCode}`;
}

/** A broker of our own must not meet the user's settings for another one. */
function environmentFor(broker: Broker): NodeJS.ProcessEnv {
  const all = Object.entries(process.env);
  const kept = broker.kind === "url" ? all : all.filter(([name]) => !name.startsWith("AMQP_"));
  return { ...Object.fromEntries(kept), AMQP_URL: broker.url };
}

function describe({ kind, version, host, port }: Broker): string {
  const origin = {
    url: "the one of AMQP_URL",
    docker: "started in Docker for this",
    node: "started for this",
  };
  return `Broker: RabbitMQ ${version} at ${host}:${port}, ${origin[kind]}`;
}

function afterwards({ kind }: Broker): string {
  const left =
    kind === "url"
      ? "Your broker runs on; nothing else is left running."
      : "Nothing is left running.";
  return `That was the main job. ${left}

Try it yourself:
  npm install -g .               both commands on your PATH
                                 (or: node dist/amqp-con.cjs …)
  docker compose up -d           a broker that stays; or set AMQP_URL to yours
  amqp-con -q hello -Q           in one terminal
  amqp-pub -k hello -m 'Hello!'  in another
  npm test                       all tests, with a broker of their own`;
}

function quote(word: string): string {
  return /^[\w./:@=,-]+$/.test(word) ? word : `'${word}'`;
}

function show(label: keyof typeof labels, line: string): void {
  const name = label.padEnd(9);
  const colored = process.stdout.isTTY && process.env["NO_COLOR"] === undefined;
  say(`${colored ? `\u001B[${labels[label]}m${name}\u001B[0m` : name} │ ${line}`);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
