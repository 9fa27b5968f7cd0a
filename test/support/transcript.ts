// Plays a transcript on the shared broker: what is typed into one or more terminals, and what each of them shows.
// Starting and waiting is up to run.ts and child.ts.
import { expect } from "vitest";
import type { Child, Exit, StreamName } from "./child.ts";
import { brief } from "./name.ts";
import { shell } from "./run.ts";
import { sharedBroker } from "./shared-broker.ts";
import { forgetAtEnd, untilQueue } from "./witness.ts";
import { timeless } from "./timeless.ts";

/** What the words of a transcript stand for. */
export interface Cast {
  /** Names of queues and exchanges: each becomes a name of this test alone, which is deleted after it. */
  readonly names?: readonly string[];
  /** Any other word, such as a port or a file, and what stands for it. */
  readonly words?: Readonly<Record<string, string | number>>;
  /** Added to the environment of every command. Default: the shared broker as AMQP_URL. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What happens besides what is typed, by its name. */
  readonly acts?: Readonly<Record<string, () => Promise<void>>>;
}

/** Said only by brokers that deny transient queues: a transcript may leave it out. */
const TRANSIENT_DENIED = /^this broker denies transient queues that are not exclusive: /;
const CHOSEN_BY_BROKER = /amq\.gen-[\w-]+/;
const STREAMS = { ">": "stdout", "!": "stderr" } as const;

/**
 * Plays it line by line, and rejects at the first line that does not come true. Resolves with how each terminal's last
 * command has ended. A line is `TERMINAL OPERATOR TEXT`; the terminal's name may be left out:
 *
 *     con $ amqp-con -q hello -Q      typed into the terminal `con`: a shell line, which goes on in the background
 *     con ! Created queue: hello      the next line of its standard error, to the letter
 *     con > Received: Hello World!    the next line of its standard output
 *     con ^ SIGINT                    a signal
 *     con = 0                         it has ended with that exit code, or by that signal, and has shown nothing else
 *     act crash                       what the cast has by that name happens, and is over
 *     until hello has 2 consumers     the broker says so; `messages` are those ready for delivery
 *     # anything                      a remark
 *
 * `amq.gen-…` stands for a name that the broker has chosen, and the figures after `Duration:` are `…`. `␣` is a blank at the end of a line.
 */
export async function play(
  script: string,
  cast: Cast = {},
): Promise<Readonly<Record<string, Exit>>> {
  const stage = new Stage(cast);
  for (const line of script.split("\n")) {
    const direction = line.trim();
    if (direction !== "" && !direction.startsWith("#")) await stage.perform(direction);
  }
  return stage.finish();
}

class Terminal {
  readonly child: Child;
  readonly #shown: Record<StreamName, string[]> = { stdout: [], stderr: [] };

  constructor(child: Child) {
    this.child = child;
  }

  /** The next line that was not looked at yet; one that says `isOptional` is passed over. */
  async next(stream: StreamName, isOptional: (line: string) => boolean): Promise<string> {
    const shown = this.#shown[stream];
    const lines = await this.child.waitForLines(stream, shown.length + 1);
    const line = lines[shown.length] ?? "";
    shown.push(line);
    return isOptional(line) ? await this.next(stream, isOptional) : line;
  }

  /** Nothing may come any more but the end. */
  async end(): Promise<Exit> {
    const exit = await this.child.ended();
    const rest = (["stdout", "stderr"] as const).map((stream) => this.#unseen(stream));
    expect(rest.flat(), `shown beyond the transcript\n${this.child.report()}`).toEqual([]);
    return exit;
  }

  #unseen(stream: StreamName): readonly string[] {
    const unseen = this.child[stream].lines.slice(this.#shown[stream].length);
    return unseen
      .filter((line) => !TRANSIENT_DENIED.test(line))
      .map((line) => `${stream}: ${line}`);
  }
}

class Stage {
  readonly #words = new Map<string, string>();
  readonly #env: Readonly<Record<string, string | undefined>>;
  readonly #acts: NonNullable<Cast["acts"]>;
  readonly #terminals = new Map<string, Terminal>();
  readonly #exits: Record<string, Exit> = {};

  constructor({ names = [], words = {}, env, acts = {} }: Cast) {
    this.#acts = acts;
    for (const name of names) {
      this.#words.set(name, brief(name));
      forgetAtEnd(this.#read(name));
    }
    for (const [word, meaning] of Object.entries(words)) this.#words.set(word, String(meaning));
    this.#env = { AMQP_URL: sharedBroker().url, ...env };
  }

  async perform(direction: string): Promise<void> {
    const [, queue, count, what] =
      /^until (\S+) has (\d+) (message|consumer)s?$/.exec(direction) ?? [];
    if (queue !== undefined)
      return await untilQueue(this.#read(queue), { [`${what}s`]: Number(count) });
    const [, act] = /^act (\w+)$/.exec(direction) ?? [];
    if (act !== undefined) return await this.#act(act);
    const [, name = "", operator = "", text = ""] =
      /^(\w*) ?([$>!=^]) ?(.*)$/.exec(direction) ?? [];
    if (operator === "$") return this.#type(name, text);
    const terminal = this.#terminals.get(name);
    if (terminal === undefined) throw new Error(`nothing runs there: ${direction}`);
    if (operator === "^") terminal.child.kill(signal(text));
    else if (operator === "=") await this.#end(name, terminal, text);
    else if (operator === ">" || operator === "!")
      await this.#expect(terminal, STREAMS[operator], text);
  }

  finish(): Readonly<Record<string, Exit>> {
    expect([...this.#terminals.keys()], "terminals left running").toEqual([]);
    return this.#exits;
  }

  async #act(name: string): Promise<void> {
    const act = this.#acts[name];
    if (act === undefined) throw new Error(`nothing that could happen: ${name}`);
    await act();
  }

  #type(name: string, line: string): void {
    if (this.#terminals.has(name)) throw new Error(`terminal ${name} is busy: ${line}`);
    this.#terminals.set(name, new Terminal(shell(this.#read(line), { env: this.#env })));
  }

  async #expect(terminal: Terminal, stream: StreamName, text: string): Promise<void> {
    const isTold = TRANSIENT_DENIED.test(text);
    const line = await terminal.next(stream, (shown) => !isTold && TRANSIENT_DENIED.test(shown));
    const [placeholder] = CHOSEN_BY_BROKER.exec(text) ?? [];
    const [chosen] = CHOSEN_BY_BROKER.exec(line) ?? [];
    if (placeholder !== undefined && chosen !== undefined && !this.#words.has(placeholder))
      this.#words.set(placeholder, chosen);
    expect(timeless(line), terminal.child.report()).toBe(this.#read(text));
  }

  async #end(name: string, terminal: Terminal, wanted: string): Promise<void> {
    this.#terminals.delete(name);
    const exit = await terminal.end();
    expect(String(exit.signal ?? exit.code), terminal.child.report()).toBe(wanted);
    this.#exits[name] = exit;
  }

  /** The line with its words replaced by what they stand for. */
  #read(line: string): string {
    const words = [...this.#words.keys()].map((word) => word.replaceAll(".", String.raw`\.`));
    const known = new RegExp(String.raw`(?<![\w.-])(${words.join("|")})(?![\w-])`, "g");
    return line.replace(/␣$/, " ").replace(known, (word) => this.#words.get(word) ?? word);
  }
}

function signal(name: string): NodeJS.Signals {
  const found = (["SIGINT", "SIGTERM", "SIGKILL"] as const).find((known) => known === name);
  if (found === undefined) throw new Error(`no such signal in transcripts: ${name}`);
  return found;
}
