// Who is compared, one entry each: another tool is one more entry. A tool that is not on this machine is left out.
import process from "node:process";
import { fileURLToPath } from "node:url";
import { findProgram } from "../../test/support/broker/installed.ts";
import { runToEnd } from "./measure.ts";

/** What each of them is asked to do. */
export interface Task {
  readonly url: string;
  readonly queue: string;
  readonly count: number;
  /** Bytes of a message. */
  readonly size: number;
  readonly confirm: boolean;
}

export interface Contender {
  readonly name: string;
  /** The program on this machine; undefined when there is none. */
  readonly find: () => Promise<string | undefined>;
  /** Its arguments; undefined when it cannot do that. */
  readonly args: (task: Task) => readonly string[] | undefined;
  /** It does this much of the work, where all of it would take minutes. Default: all. */
  readonly share?: number;
}

/** Whom the others are measured by. */
export const REFERENCE = {
  publish: "amqp-publish -l",
  consume: "amqp-consume cat",
  work: "amqp-consume -p 8 cat",
} as const;

/** Lines on stdin become messages. */
export const publishers: readonly Contender[] = [
  {
    name: "amqp-publish -l",
    find: () => findProgram("amqp-publish"),
    args: ({ url, queue, confirm }) => (confirm ? undefined : words(`-u ${url} -r ${queue} -l`)),
  },
  {
    name: "amqp-pub -l",
    find: node,
    args: ({ url, queue, confirm }) => [
      binary("amqp-pub"),
      ...words(`-u ${url} -k ${queue} -l --quiet ${confirm ? "--confirm" : ""}`),
    ],
  },
  {
    name: "a bare socket",
    find: node,
    args: ({ url, queue, count, size, confirm }) => [
      script("bare-socket.mjs"),
      ...words(`${url} ${queue} ${count} ${size} ${confirm ? "confirm" : ""}`),
    ],
  },
  {
    name: "pika",
    find: pika,
    args: ({ url, queue, confirm }) => [
      script("pika-publish.py"),
      url,
      queue,
      confirm ? "confirm" : "",
    ],
    share: 0.05,
  },
  {
    name: "rabtap pub",
    find: () => findProgram("rabtap"),
    args: ({ url, queue, confirm }) =>
      words(`pub --uri ${url} --routingkey ${queue} --format raw ${confirm ? "--confirms" : ""}`),
  },
  {
    name: "amqpcat",
    find: () => findProgram("amqpcat"),
    args: ({ url, queue, confirm }) =>
      words(`--producer --uri ${url} --queue ${queue} ${confirm ? "--publish-confirm" : ""}`),
  },
];

/** Bodies on stdout, each acknowledged after it was written. */
export const consumers: readonly Contender[] = [
  {
    name: "amqp-con --format body",
    find: node,
    args: ({ url, queue, count }) => [
      binary("amqp-con"),
      ...words(`-u ${url} -q ${queue} -n ${count} --format body`),
    ],
  },
  {
    name: "a bare socket",
    find: node,
    args: ({ url, queue, count }) => [
      script("bare-consume.mjs"),
      ...words(`${url} ${queue} ${count}`),
    ],
  },
  {
    name: "amqp-consume cat",
    find: () => findProgram("amqp-consume"),
    args: ({ url, queue, count }) => words(`-u ${url} -q ${queue} -c ${count} -p 256 cat`),
    share: 0.02,
  },
  {
    name: "pika",
    find: pika,
    args: ({ url, queue, count }) => [script("pika-consume.py"), url, queue, `${count}`],
    share: 0.1,
  },
  {
    name: "amqpcat",
    find: () => findProgram("amqpcat"),
    args: ({ url, queue, count }) =>
      words(`--consumer --uri ${url} --queue ${queue} --quit-after ${count}`),
  },
];

/** A program for each message. */
export const workers: readonly Contender[] = [
  {
    name: "amqp-con --jobs 8 -- cat",
    find: node,
    args: ({ url, queue, count }) => [
      binary("amqp-con"),
      ...words(`-u ${url} -q ${queue} -n ${count} --jobs 8 -- /bin/cat`),
    ],
  },
  {
    name: "amqp-consume -p 8 cat",
    find: () => findProgram("amqp-consume"),
    args: ({ url, queue, count }) => words(`-u ${url} -q ${queue} -c ${count} -p 8 /bin/cat`),
  },
  {
    name: "a bare Node that starts cat",
    find: node,
    args: ({ count }) => [script("bare-spawn.mjs"), `${count}`],
  },
];

/** None of them has a space in it. */
function words(line: string): readonly string[] {
  return line.split(" ").filter(Boolean);
}

async function node(): Promise<string> {
  return process.execPath;
}

/** A Python that has pika: Debian's package belongs to Debian's Python. */
async function pika(): Promise<string | undefined> {
  for (const python of ["/usr/bin/python3", await findProgram("python3")]) {
    if (python === undefined) continue;
    const { code } = await runToEnd(python, ["-c", "import pika"]).catch(() => ({ code: 1 }));
    if (code === 0) return python;
  }
  return undefined;
}

function binary(name: string): string {
  return fileURLToPath(new URL(`../../dist/${name}.cjs`, import.meta.url));
}

function script(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}
