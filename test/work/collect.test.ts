// What several handlers print at once.
import { Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { openOutput } from "../../src/ui/output.ts";
import { escapeBytes } from "../../src/ui/escape.ts";
import { ErrorLines, Kept, Turns, WholeOutput } from "../../src/work/collect.ts";
import { pretendedOutput } from "../support/pretended-output.ts";
import { pretendWorld } from "../support/pretended-world.ts";

const MANY = Buffer.alloc(1024 * 1024 + 1, "x");

function openWhole() {
  const written: string[] = [];
  const write = (chunk: Buffer, _: string, done: () => void): void => {
    written.push(chunk.length > 10 ? `${chunk.length}` : chunk.toString());
    done();
  };
  const output = openOutput(new Writable({ write }));
  const turns = new Turns();
  return { written, open: () => new WholeOutput(output, turns) };
}

describe("standard output", () => {
  it("of two handlers is not mixed, and goes out when each has ended", async () => {
    const { written, open } = openWhole();
    const [one, two] = [open(), open()];
    await one.take(Buffer.from("1"));
    await two.take(Buffer.from("2"));
    await one.take(Buffer.from("1"));
    expect(written).toEqual([]);
    await two.end();
    await one.end();
    expect(written).toEqual(["2", "11"]);
  });

  it("that is large goes out as it comes, and others wait until it has ended", async () => {
    const { written, open } = openWhole();
    const [large, small] = [open(), open()];
    await large.take(MANY);
    await small.take(Buffer.from("s"));
    const waiting = small.end();
    await large.take(Buffer.from("l"));
    expect(written).toEqual([`${MANY.length}`, "l"]);
    await large.end();
    await waiting;
    expect(written).toEqual([`${MANY.length}`, "l", "s"]);
  });

  it("of a handler that prints nothing waits for nobody", async () => {
    const { open } = openWhole();
    const [large, silent] = [open(), open()];
    await large.take(MANY);
    await expect(silent.end()).resolves.toBeUndefined();
  });
});

describe("standard output that is large", () => {
  /** Characters of each length, then bytes that are none; the chunks end within them. */
  const bytes = Buffer.concat([
    Buffer.from("aé€😀".repeat(130_000)),
    Buffer.from([0xff, 0xe2, 0x82]),
  ]);

  async function write(isTerminal: boolean, chunkBytes: number): Promise<Buffer> {
    const output = pretendedOutput(isTerminal);
    const whole = new WholeOutput(output, new Turns());
    for (let at = 0; at < bytes.length; at += chunkBytes)
      await whole.take(bytes.subarray(at, at + chunkBytes));
    await whole.end();
    expect(output.writes.length).toBeGreaterThan(2);
    return output.bytes;
  }

  it.each([999, 65_536, 65_537])(
    "is whole characters on a terminal, in chunks of %i",
    async (size) => {
      const shown = await write(true, size);
      expect(shown.equals(Buffer.from(escapeBytes(bytes)))).toBe(true);
    },
  );

  it("is the same bytes in a pipe", async () => {
    expect((await write(false, 65_537)).equals(bytes)).toBe(true);
  });

  it("waits for no further character when the last one is whole", async () => {
    const output = pretendedOutput(true);
    const whole = new WholeOutput(output, new Turns());
    await whole.take(MANY);
    await whole.take(Buffer.from("€\n"));
    expect(output.writes.at(-1)?.toString()).toBe("€\n");
    await whole.take(Buffer.from("€"));
    expect(output.writes.at(-1)?.toString()).toBe("€");
  });
});

describe("standard error", () => {
  it("is shown by whole lines, and its beginning is kept", async () => {
    const { world, lines } = pretendWorld();
    const errors = new ErrorLines(world.log);
    for (const part of ["on", "e\ntw", "o\n", "\u00e9".slice(0, 1), "nd"])
      await errors.take(Buffer.from(part));
    expect(lines).toEqual(["one", "two"]);
    await errors.end();
    expect(lines).toEqual(["one", "two", "énd"]);
    expect(errors.head.toString()).toBe("one\ntwo\nénd");
  });

  it("keeps short lines whole, however many come at once", async () => {
    const { world, lines } = pretendWorld();
    const errors = new ErrorLines(world.log);
    const written = Array.from({ length: 20_000 }, (_, i) => `line ${i}`);
    const bytes = Buffer.from(written.join("\n"));
    for (let at = 0; at < bytes.length; at += 65_536)
      await errors.take(bytes.subarray(at, at + 65_536));
    await errors.end();
    expect(lines.length).toBeGreaterThan(2);
    expect(lines.flatMap((shown) => shown.split("\n"))).toEqual(written);
  });

  it("without any newline is shown in pieces, and a character is never cut", async () => {
    const { world, lines } = pretendWorld();
    const errors = new ErrorLines(world.log);
    const bytes = Buffer.from("é".repeat(20_000));
    for (let at = 0; at < bytes.length; at += 999) await errors.take(bytes.subarray(at, at + 999));
    await errors.end();
    expect(lines.length).toBeGreaterThan(1);
    expect(lines.join("")).toBe(bytes.toString());
    expect(errors.head).toHaveLength(1024);
  });
});

it("keeps no more than it may, and knows that there was more", async () => {
  const kept = new Kept(5);
  await kept.take(Buffer.from("abc"));
  expect(kept.isCut).toBe(false);
  await kept.take(Buffer.from("defg"));
  await kept.take(Buffer.from("h"));
  expect(kept.bytes.toString()).toBe("abcde");
  expect(kept.isCut).toBe(true);
});
