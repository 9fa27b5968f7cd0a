// --offset-file: where a run goes on, what it refuses to take for an offset, and what it never writes to.
import {
  chmod,
  link,
  lstat,
  mkdir,
  readdir,
  readFile,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { OffsetFile } from "../../src/select/offset-file.ts";
import { testFolder } from "../support/folder.ts";
import { recordingLog } from "../support/recording-log.ts";
import { command } from "../support/run.ts";

/** One run over a queue that gets as far as this. */
function runTo(path: string, queue: string, offset: bigint | undefined): bigint | undefined {
  const file = new OffsetFile(path, queue);
  file.watch(() => offset, recordingLog())();
  return file.next;
}

describe("--offset-file", () => {
  it("goes on behind the last message that was settled, from run to run", async () => {
    const path = join(await testFolder(), "offset");
    expect(new OffsetFile(path, "s").next).toBeUndefined();
    expect(runTo(path, "s", undefined)).toBeUndefined();
    expect(runTo(path, "s", 0n)).toBe(1n);
    expect(runTo(path, "s", 9_007_199_254_740_993n)).toBe(9_007_199_254_740_994n);
    expect(new OffsetFile(path, "s").next).toBe(9_007_199_254_740_994n);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it.each(['a"b', "new\nline", "\u001b]0;t\u0007", "é\u2028", "../x", String.raw`back\slash`, ""])(
    "holds one line for a queue named %j",
    async (queue) => {
      const path = join(await testFolder(), "offset");
      runTo(path, queue, 7n);
      expect((await readFile(path, "utf8")).split("\n")).toHaveLength(2);
      expect(new OffsetFile(path, queue).next).toBe(8n);
      expect(() => new OffsetFile(path, `${queue}!`)).toThrow("it belongs to stream");
    },
  );

  it.each([
    "",
    "garbage",
    "12",
    "{}",
    '{"queue":"s"}',
    '{"queue":"s","offset":-1}',
    '{"queue":"s","offset":"1e3"}',
    '{"queue":"s","offset":"9223372036854775808"}',
    '{"queue":"s","offset":"1"} and more',
    '{"queue":"s","offset":"1"}\n{"queue":"s","offset":"2"}\n',
    `{"queue":"s","offset":"${"9".repeat(5000)}x"}`,
    "\0\0\0",
  ])("takes %j for no offset, and leaves it alone", async (content) => {
    const path = join(await testFolder(), "offset");
    await writeFile(path, content);
    expect(() => new OffsetFile(path, "s")).toThrow("it holds something else than an offset");
    expect(await readFile(path, "utf8")).toBe(content);
  });

  it("is refused before the run where no file can be", async () => {
    const folder = await testFolder();
    for (const path of [folder, join(folder, "missing", "offset"), "/proc/nothing/offset"])
      expect(() => new OffsetFile(path, "s")).toThrow(`--offset-file ${path}: `);
  });

  it("follows no link that somebody has put in its way", async () => {
    const folder = await testFolder();
    const [path, victim] = [join(folder, "offset"), join(folder, "victim")];
    await writeFile(victim, "untouched");
    for (const [put, offset] of [
      [symlink, 1n],
      [link, 2n],
    ] as const) {
      await put(victim, `${path}.part`);
      expect(runTo(path, "s", offset)).toBe(offset + 1n);
      expect(await readFile(victim, "utf8")).toBe("untouched");
      expect(await readdir(folder)).toEqual(["offset", "victim"]);
    }
  });

  it("waits for nobody who would read a pipe in its way", async () => {
    const path = join(await testFolder(), "offset");
    await command("mkfifo", [`${path}.part`]).ended();
    expect(runTo(path, "s", 1n)).toBe(2n);
    expect((await lstat(path)).isFile()).toBe(true);
  });

  it("writes where a link to such a file leads, and leaves the file's mode", async () => {
    const folder = await testFolder();
    const [path, file] = [join(folder, "link"), join(folder, "offset")];
    runTo(file, "s", 1n);
    await chmod(file, 0o664);
    await symlink(file, path);
    expect(runTo(path, "s", 2n)).toBe(3n);
    expect(new OffsetFile(file, "s").next).toBe(3n);
    expect((await lstat(path)).isSymbolicLink()).toBe(true);
    expect((await lstat(file)).mode & 0o777).toBe(0o664);
  });

  it("replaces a link to nothing by a file of its own", async () => {
    const folder = await testFolder();
    const [path, victim] = [join(folder, "offset"), join(folder, "deep", "victim")];
    await mkdir(join(folder, "deep"));
    await symlink(victim, path);
    runTo(path, "s", 1n);
    expect((await lstat(path)).isFile()).toBe(true);
    expect(await readdir(join(folder, "deep"))).toEqual([]);
  });
});
