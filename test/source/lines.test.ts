// Lines as messages, with and without keys.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { lines } from "../../src/source/lines.ts";
import { testFolder } from "../support/folder.ts";
import { bodies, collect } from "../support/sources.ts";

const plan = {
  flag: "--lines",
  paths: ["-"],
  delimiter: Buffer.from("\n"),
  keyDelimiter: undefined,
};
const keyed = { ...plan, keyDelimiter: Buffer.from("::") };

async function fileWith(content: string): Promise<string> {
  const folder = await testFolder();
  await writeFile(join(folder, "lines"), content);
  return join(folder, "lines");
}

describe("lines", () => {
  it("are messages, also empty ones and a last one without newline", async () => {
    expect(bodies(await collect(lines(plan), ["a\n\nb", "c\nlast"]))).toEqual([
      "a",
      "",
      "bc",
      "last",
    ]);
  });

  it("end where the delimiter is, also one of several characters", async () => {
    const delimiter = Buffer.from("→\r\n");
    const split = lines({ ...plan, delimiter });
    expect(bodies(await collect(split, ["a\nb→\r", "\n→c→\r\n"]))).toEqual(["a\nb", "→c"]);
  });

  it("of several inputs are not joined", async () => {
    const [first, second] = [await fileWith("a\nb"), await fileWith("c")];
    const source = lines({ ...plan, paths: [first, "-", second] });
    expect(bodies(await collect(source, ["stdin\n"]))).toEqual(["a", "b", "stdin", "c"]);
  });

  it.each([
    ["/nonexistent/lines", '--lines "/nonexistent/lines": no such file'],
    ["/", '--lines "/": is a directory'],
  ])("of %s cannot be read, which is told", async (path, message) => {
    await expect(collect(lines({ ...plan, paths: [path] }))).rejects.toThrow(message);
  });
});

describe("lines with keys", () => {
  it("are cut at the first delimiter", async () => {
    const { messages } = await collect(lines(keyed), ["k1::body\n::no key\nk2::a::b\nk3::\n"]);
    expect(messages.map(({ routingKey, body }) => [routingKey, body.toString()])).toEqual([
      ["k1", "body"],
      ["", "no key"],
      ["k2", "a::b"],
      ["k3", ""],
    ]);
  });

  it("that cannot be messages are told with their number", async () => {
    const file = await fileWith(`ok::\nnone\n${"k".repeat(256)}::\nok::`);
    const { messages, refused } = await collect(lines({ ...keyed, paths: [file] }));
    expect(messages).toHaveLength(2);
    expect(refused).toEqual([
      `line 2 of "${file}": there is no key: the --key-delimiter is missing`,
      `line 3 of "${file}": the key is longer than the 255 bytes that AMQP allows`,
    ]);
  });

  it("keep each byte of a key that is no text", async () => {
    const line = Buffer.concat([Buffer.of(0xff, 0x80), Buffer.from("::x\n")]);
    const { messages } = await collect(lines(keyed), [line]);
    expect(messages[0]?.routingKey).toBe("\udcff\udc80");
  });
});
