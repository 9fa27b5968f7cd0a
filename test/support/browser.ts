// A headless Chromium that opens a page for a test, by the DevTools protocol over two pipes: nothing listens on a port.
import { spawn, type ChildProcess } from "node:child_process";
import process from "node:process";
import type { Readable, Writable } from "node:stream";
import { pathToFileURL } from "node:url";
import { findProgram, needProgram } from "./broker/installed.ts";
import { atTestEnd } from "./cleanup.ts";
import { testFolder } from "./folder.ts";
import { settlement, Watch, type Settlement } from "./watch.ts";

type Fields = Readonly<Record<string, unknown>>;

/** What a browser has made of a page. */
export interface OpenedPage {
  /** What it asked for, beginning with the page itself. */
  readonly requests: readonly string[];
  /** What its console says: breaches of the page's policy, for example. */
  readonly complaints: readonly string[];
  /** The value of an expression in the page, as JSON can carry it. */
  evaluate(expression: string): Promise<unknown>;
  /** A picture of all of it, PNG. */
  screenshot(): Promise<Buffer>;
}

const NAMES = ["chromium", "chromium-browser", "google-chrome"];
/** Chromium reads commands from descriptor 3, and answers on 4. */
const COMMANDS = 3;
const ANSWERS = 4;
const START_MS = 60_000;

/** The path of a Chromium; installed first where that needs no question. Undefined, said aloud, where there is none. */
export async function findChromium(): Promise<string | undefined> {
  for (const name of NAMES) {
    const found = await findProgram(name);
    if (found !== undefined) return found;
  }
  const advice = "no Chromium here: pages are not opened (install the package chromium)";
  return await needProgram("chromium", advice, say).catch((error: unknown) => {
    say(error instanceof Error ? error.message : String(error));
    return undefined;
  });
}

/** Opens a file; resolves when it has loaded. The browser ends with the test. */
export async function openPage(chromium: string, file: string): Promise<OpenedPage> {
  const pipe = new DevTools(startChromium(chromium, await testFolder()));
  const { targetId } = await pipe.ask("Target.createTarget", { url: "about:blank" });
  const { sessionId } = await pipe.ask("Target.attachToTarget", { targetId, flatten: true });
  const ask = (method: string, params: Fields = {}): Promise<Fields> =>
    pipe.ask(method, params, sessionId);
  for (const domain of ["Page", "Network", "Log", "Runtime"]) await ask(`${domain}.enable`);
  await ask("Page.navigate", { url: pathToFileURL(file).href });
  await pipe.event("Page.loadEventFired");
  return {
    requests: pipe.told("Network.requestWillBeSent").map(({ request }) => read(request, "url")),
    complaints: [
      ...pipe.told("Log.entryAdded").map(({ entry }) => read(entry, "text")),
      ...pipe.told("Runtime.exceptionThrown").map((event) => JSON.stringify(event)),
    ],
    evaluate: async (expression) => {
      const { result } = await ask("Runtime.evaluate", { expression, returnByValue: true });
      return isFields(result) ? result["value"] : undefined;
    },
    screenshot: async () => {
      const { data } = await ask("Page.captureScreenshot", { captureBeyondViewport: true });
      return Buffer.from(String(data), "base64");
    },
  };
}

function say(line: string): void {
  process.stderr.write(`browser: ${line}\n`);
}

function startChromium(chromium: string, folder: string): ChildProcess {
  const args = [
    "--headless",
    "--disable-gpu",
    "--remote-debugging-pipe",
    "--no-first-run",
    `--user-data-dir=${folder}`,
    // Its sandbox refuses root.
    ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
  ];
  const child = spawn(chromium, args, {
    stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
    detached: true,
  });
  atTestEnd(async () => {
    const over = settlement<void>();
    child.once("close", () => over.resolve());
    if (child.pid === undefined || child.exitCode !== null) return;
    process.kill(-child.pid, "SIGKILL");
    await over.promise;
  });
  return child;
}

/** Questions and answers, each a JSON text with a zero byte behind it. */
class DevTools {
  readonly #commands: Writable;
  readonly #answers = new Map<number, Settlement<Fields>>();
  readonly #events: { readonly method: string; readonly params: Fields }[] = [];
  readonly #watch = new Watch(() => this.#events.map(({ method }) => method).join("\n"));
  #asked = 0;

  constructor(child: ChildProcess) {
    const [commands, answers] = [child.stdio[COMMANDS], child.stdio[ANSWERS]];
    if (!isWritable(commands) || !isReadable(answers)) throw new Error("Chromium has no pipes");
    this.#commands = commands;
    commands.on("error", () => {});
    let text = "";
    answers.setEncoding("utf8").on("data", (chunk: string) => {
      const [first = "", ...others] = chunk.split("\0");
      text += first;
      for (const next of others) {
        this.#take(JSON.parse(text));
        text = next;
      }
    });
    child.once("close", () => this.#end());
  }

  async ask(method: string, params: Fields = {}, sessionId?: unknown): Promise<Fields> {
    const id = ++this.#asked;
    const answer = settlement<Fields>();
    this.#answers.set(id, answer);
    this.#commands.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    return await answer.promise;
  }

  told(method: string): readonly Fields[] {
    return this.#events.filter((event) => event.method === method).map(({ params }) => params);
  }

  async event(method: string): Promise<void> {
    await this.#watch.until(method, () => this.told(method).length > 0, START_MS);
  }

  #take(message: unknown): void {
    if (!isFields(message)) return;
    const { id, method, params, result, error } = message;
    const answer = typeof id === "number" ? this.#answers.get(id) : undefined;
    if (isFields(result)) answer?.resolve(result);
    else answer?.reject(new Error(JSON.stringify(error)));
    if (typeof method === "string" && isFields(params)) this.#events.push({ method, params });
    this.#watch.changed();
  }

  #end(): void {
    this.#watch.finish("Chromium has ended");
    for (const answer of this.#answers.values()) answer.reject(new Error("Chromium has ended"));
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}

function isWritable(value: unknown): value is Writable {
  return isFields(value) && "write" in value;
}

function isReadable(value: unknown): value is Readable {
  return isFields(value) && "setEncoding" in value;
}

function read(value: unknown, name: string): string {
  return isFields(value) ? String(value[name]) : "";
}
