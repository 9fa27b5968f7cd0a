// Bodies that are read whole: what is too large for that, whatever it comes from, and how far the reading has come.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openSource } from "../../src/source/index.ts";
import { isRegular, readAll } from "../../src/source/pieces.ts";
import { testFolder } from "../support/folder.ts";
import { collect } from "../support/sources.ts";

const facts = { what: "messages", brings: "body", skippable: false } as const;
const shape = { rate: undefined, template: false, compress: undefined, stamps: [] };
const repeat = { times: 1, intervalMs: 0, pubName: undefined };

const files = (...paths: readonly string[]) =>
  openSource({ kind: "files", flag: "--file", paths, repeat, ...facts }, shape);

/** The body of stdin, so many times. */
const message = (times: number) =>
  openSource(
    {
      kind: "message",
      flag: "--message",
      paths: ["-"],
      repeat: { ...repeat, times },
      ...facts,
      text: "-",
    },
    shape,
  );

describe("what is read whole", () => {
  /** The same bytes again and again: it takes no more memory than one piece. */
  const huge = Array<Buffer>(33).fill(Buffer.alloc(64 * 1024 * 1024));
  const told = "a message to key: 2147483648 bytes";

  it("is refused by its size above 2 GiB, when it comes from stdin", async () => {
    expect((await collect(files("-"), huge)).refused).toEqual([told]);
    expect((await collect(message(2), huge)).refused).toEqual([told, told]);
  });

  it("is read no further than that from a device without end", async () => {
    const world = {
      stdin: () => process.stdin,
      stop: new AbortController().signal,
      env: {},
      refuse: () => {},
      tooLarge: () => {},
      position: { place: () => "" },
    };
    const read = await readAll("--file", "/dev/zero", world, 1_000_000);
    expect(read).toBeGreaterThan(1_000_000);
    expect(await readAll("--file", "/dev/null", world, 0)).toEqual(Buffer.alloc(0));
  });

  it("in pieces is all but a regular file", async () => {
    const folder = await testFolder();
    await writeFile(join(folder, "file"), "");
    const paths = ["-", "/dev/zero", folder, join(folder, "missing"), join(folder, "file")];
    expect(await Promise.all(paths.map(isRegular))).toEqual([false, false, false, false, true]);
  });

  it("counts as read, from stdin too", async () => {
    const path = join(await testFolder(), "file");
    await writeFile(path, "12345");
    const { messages, progress } = await collect(files(path, "-", path), ["67"]);
    expect(messages.map(({ body }) => body.toString())).toEqual(["12345", "67", "12345"]);
    expect(progress.done).toBe(12);
  });
});
