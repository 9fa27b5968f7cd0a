// The world of a run without a process around it: what it writes is remembered, what it asks for is refused.
import { Writable } from "node:stream";
import type { Failure } from "../../src/errors.ts";
import type { Footer } from "../../src/ui/footer.ts";
import { openOutput } from "../../src/ui/output.ts";
import type { World } from "../../src/world.ts";

/** What a test may want otherwise. */
export interface WorldWishes {
  readonly footer?: Footer;
  readonly outputIsTerminal?: boolean;
  readonly signal?: AbortSignal;
  readonly env?: Readonly<Record<string, string>>;
}

/** A world, and the lines of its log. */
export function pretendWorld(wishes: WorldWishes = {}): {
  readonly world: World;
  readonly lines: readonly string[];
  readonly errors: readonly Failure[];
} {
  const lines: string[] = [];
  const errors: Failure[] = [];
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const isTTY = wishes.outputIsTerminal ?? false;
  const world: World = {
    stdin: () => refuse("stdin"),
    output: openOutput(Object.assign(nowhere, { isTTY })),
    painter: async () => (_color, text) => text,
    log: {
      note: (line) => void lines.push(line),
      warn: (line) => void lines.push(`WARNING: ${line}`),
      error: (failure) => void errors.push(failure),
      trace: (text) => void lines.push(text),
      relay: async (text) => void lines.push(text),
      footer: wishes.footer,
    },
    signal: wishes.signal ?? new AbortController().signal,
    askPassword: async () => refuse("a password"),
    env: wishes.env ?? {},
    signalGroup: () => false,
    ending: new AbortController().signal,
  };
  return { world, lines, errors };
}

function refuse(what: string): never {
  throw new Error(`this test's world has no ${what}`);
}
