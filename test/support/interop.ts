// Two other clients, to see that what we send and take is what others send and take: Python's pika, and the command-line
// tools of rabbitmq-c (Debian packages python3-pika and amqp-tools). What pika does is in pika-client.py.
import { fileURLToPath } from "node:url";
import type { Child, Exit } from "./child.ts";
import { command } from "./run.ts";

/**
 * A header value with its Python type, because JSON has too few types. `long` is an integer
 * with 64 bits on the wire, `int` one with fewer. No doubles: pika 1.2 cannot send them and cuts their fraction off when it
 * reads them (`long(struct.unpack_from(">d", …))` in its data.py).
 */
export type PikaValue =
  | readonly [
      "int" | "long" | "str" | "bool" | "bytes" | "Decimal" | "datetime" | "NoneType",
      string,
    ]
  | readonly ["list", readonly PikaValue[]]
  | readonly ["dict", { readonly [name: string]: PikaValue }];

/** A message that pika sends. `properties` have pika's names: content_type, delivery_mode, correlation_id … */
export interface PikaMessage {
  readonly exchange: string;
  readonly routingKey: string;
  readonly body: string | Buffer;
  readonly properties?: Readonly<Record<string, string | number>>;
  readonly headers?: Readonly<Record<string, PikaValue>>;
}

/** A message that pika has got. */
export interface PikaDelivery extends Required<PikaMessage> {
  readonly body: Buffer;
  readonly redelivered: boolean;
}

const INSTALL_MS = 300_000;
const APT = [
  "install",
  "--yes",
  "--no-install-recommends",
  "-o",
  "DPkg::Lock::Timeout=120",
  "python3-pika",
  "amqp-tools",
];
const script = fileURLToPath(new URL("pika-client.py", import.meta.url));
// Debian's pika belongs to Debian's Python, which need not be the first one on PATH.
const PYTHONS = ["/usr/bin/python3", "python3"];

/** The first Python that has pika; undefined if none has. */
async function findPika(): Promise<string | undefined> {
  for (const python of PYTHONS) {
    // oxlint-disable-next-line no-await-in-loop -- the second is asked only when the first has no pika
    if (await works(python, ["-c", "import pika"])) return python;
  }
  return undefined;
}

/** Whether amqp-publish, amqp-get and amqp-consume are there. */
async function hasAmqpTools(): Promise<boolean> {
  return await works("sh", ["-c", "command -v amqp-publish amqp-get amqp-consume"]);
}

/**
 * What is missing, as a sentence for the title of a skipped test; "" when all is there. As root on Debian or Ubuntu it
 * first installs what is missing.
 */
export async function ensureInterop(): Promise<string> {
  const before = await missing();
  if (
    before === "" ||
    process.getuid?.() !== 0 ||
    !(await works("sh", ["-c", "command -v apt-get"]))
  )
    return before;
  if (!(await apt(APT)) && (await apt(["update"]))) await apt(APT);
  return await missing();
}

async function missing(): Promise<string> {
  const needed = {
    "python3-pika": (await findPika()) !== undefined,
    "amqp-tools": await hasAmqpTools(),
  };
  const names = Object.entries(needed).flatMap(([name, there]) => (there ? [] : [name]));
  return names.length === 0 ? "" : `skipped: needs the package ${names.join(" and ")}`;
}

async function apt(args: readonly string[]): Promise<boolean> {
  const child = command("apt-get", args, { env: { DEBIAN_FRONTEND: "noninteractive" } });
  return (await child.ended(INSTALL_MS)).code === 0;
}

async function works(file: string, args: readonly string[]): Promise<boolean> {
  return await command(file, args)
    .ended()
    .then(
      ({ code }) => code === 0,
      () => false,
    );
}

/** Publishes one message with pika, mandatory and confirmed; rejects, with pika's error, when the broker does not take it. */
export async function pikaPublish(url: string, message: PikaMessage): Promise<void> {
  await succeed(await startPika("publish", { url, ...wire(message) }));
}

/** Consumes and acknowledges `count` messages with pika. */
export async function pikaConsume(
  url: string,
  queue: string,
  count = 1,
): Promise<readonly PikaDelivery[]> {
  const { stdout } = await succeed(await startPika("consume", { url, queue, count }));
  return stdout.trimEnd().split("\n").map(delivery);
}

/** Sends a request with pika (direct reply-to) and resolves with the reply. */
export async function pikaCall(url: string, request: PikaMessage): Promise<PikaDelivery> {
  const { stdout } = await succeed(await startPika("call", { url, ...wire(request) }));
  return delivery(stdout);
}

/** Starts an RPC server with pika that replies with the request in capitals; resolves when it consumes. Ends with the test. */
export async function pikaServe(url: string, queue: string): Promise<Child> {
  const child = await startPika("serve", { url, queue });
  await child.waitFor("stdout", "ready");
  return child;
}

/** amqp-publish: the body goes by stdin, `args` e.g. `["-r", "key"]`. */
export async function amqpPublish(
  url: string,
  args: readonly string[],
  body: string | Buffer,
): Promise<Exit> {
  return await command("amqp-publish", [`--url=${url}`, ...args], { stdin: body }).ended();
}

/** amqp-get: one body on stdout; exit code 2 and nothing when the queue is empty. */
export async function amqpGet(url: string, queue: string): Promise<Exit> {
  return await command("amqp-get", [`--url=${url}`, `--queue=${queue}`]).ended();
}

/** Starts amqp-consume, which runs `handler` for each message with the body on its stdin. */
export function amqpConsume(
  url: string,
  args: readonly string[],
  handler: readonly string[],
): Child {
  return command("amqp-consume", [`--url=${url}`, ...args, ...handler]);
}

async function startPika(name: string, task: object): Promise<Child> {
  const python = await findPika();
  if (python === undefined) throw new Error("no Python with pika: see ensureInterop()");
  return command(python, [script, name, JSON.stringify(task)]);
}

async function succeed(child: Child): Promise<Exit> {
  const exit = await child.ended();
  if (exit.code !== 0) throw new Error(child.report());
  return exit;
}

function wire({ body, ...rest }: PikaMessage): object {
  return { ...rest, bodyBase64: Buffer.from(body).toString("base64") };
}

function delivery(line: string): PikaDelivery {
  const { bodyBase64, ...rest }: Omit<PikaDelivery, "body"> & { bodyBase64: string } =
    JSON.parse(line);
  return { ...rest, body: Buffer.from(bodyBase64, "base64") };
}
