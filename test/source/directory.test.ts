// Folders of saved messages: in which order, what is incomplete, what is no file.
import { mkdir, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { savedNames, toRecordWithoutBody } from "../../src/message/record.ts";
import { encodeText } from "../../src/message/text.ts";
import { directory } from "../../src/source/directory.ts";
import { testFolder } from "../support/folder.ts";
import { byRabtap } from "../support/rabtap-record.ts";
import { command } from "../support/run.ts";
import { bodies, collect, envelope } from "../support/sources.ts";

async function folderWith(files: Readonly<Record<string, string | Buffer>>): Promise<string> {
  const folder = await testFolder();
  for (const [name, content] of Object.entries(files))
    await writeFile(encodeText(join(folder, name)), content);
  return folder;
}

/** As it lies in a folder. */
function savedByRabtap(Body: string): string {
  return `${JSON.stringify({ ...byRabtap, Body }, undefined, 2)}\n`;
}

describe("a saved folder", () => {
  const replay = { flag: "--from-dir", toOrigin: false, speed: 0 };
  const saved = { ...envelope, redelivered: false, deliveryTag: 1, body: Buffer.alloc(0) };

  it("is read in the order of its numbers, bodies byte for byte", async () => {
    const files: Record<string, string | Buffer> = {};
    for (const number of [2, 10, 1]) {
      const names = savedNames(number);
      files[names.record] = `${toRecordWithoutBody({ ...saved, routingKey: `${number}` }, 0)}\n`;
      files[names.body] = Buffer.of(number, 0, 0xff);
    }
    const folder = await folderWith(files);
    const { messages, refused } = await collect(directory({ ...replay, folder }));
    expect(refused).toEqual([]);
    expect(messages.map(({ routingKey, body }) => [routingKey, ...body])).toEqual([
      ["1", 1, 0, 255],
      ["2", 2, 0, 255],
      ["10", 10, 0, 255],
    ]);
  });

  it("has incomplete messages: a body without record is passed over, a record without body is told", async () => {
    const folder = await folderWith({
      "0000000001.body": "not complete",
      "0000000002.json": "{}",
      "0000000003.json": '{"body":"inside"}',
      "0000000004.body": "cut off",
      "0000000004.json": "",
      "notes.txt": "not ours",
    });
    const collected = await collect(directory({ ...replay, folder }));
    expect(bodies(collected)).toEqual(["inside"]);
    expect(collected.refused).toEqual([
      `"${join(folder, "0000000002.json")}": its body, the file of the same name that ends in .body, is missing`,
      `"${join(folder, "0000000004.json")}": holds no record`,
    ]);
    expect(collected.progress.done).toBe(collected.progress.total);
  });

  it("of rabtap has bodies in .dat files, or in the records, which may be laid out over lines", async () => {
    const folder = await folderWith({
      // Of a body in a file of its own it leaves an empty one here.
      "rabtap-1.json": savedByRabtap(""),
      "rabtap-1.dat": "beside",
      "rabtap-2.json": savedByRabtap("aW5zaWRl"),
      "rabtap-3.json": savedByRabtap(""),
    });
    const collected = await collect(directory({ ...replay, folder }));
    expect(collected.refused).toEqual([]);
    expect(bodies(collected)).toEqual(["beside", "inside", ""]);
  });

  it("may have a body above 2 GiB, which is told and not read", async () => {
    const folder = await folderWith({
      "1.json": '{"routingKey":"large"}',
      "1.body": "",
      "2.json": '{"body":"small"}',
    });
    await truncate(join(folder, "1.body"), 2 ** 31);
    const collected = await collect(directory({ ...replay, folder }));
    expect(collected.refused).toEqual(["a message to large: 2147483648 bytes"]);
    expect(bodies(collected)).toEqual(["small"]);
  });

  it("may have names that are not UTF-8", async () => {
    const folder = await folderWith({
      "caf\udce9.json": "{}",
      "caf\udce9.body": "beside",
      "\udcff.json": "[]",
    });
    const collected = await collect(directory({ ...replay, folder }));
    expect(bodies(collected)).toEqual(["beside"]);
    expect(collected.refused).toEqual([`"${join(folder, "\udcff.json")}": expected an object`]);
  });

  it("that is none, or holds a folder where a file should be, is told", async () => {
    const missing = directory({ ...replay, folder: "/nonexistent" });
    await expect(collect(missing)).rejects.toThrow('--from-dir "/nonexistent": no such file');
    const folder = await folderWith({});
    await mkdir(join(folder, "1.json"));
    const { refused } = await collect(directory({ ...replay, folder }));
    expect(refused).toEqual([`"${join(folder, "1.json")}": is no regular file`]);
  });

  it("waits for no pipe, and reads no device without end, named like a record or a body", async () => {
    const folder = await folderWith({ "3.json": '{"routingKey":"q"}' });
    await command("mkfifo", [join(folder, "1.json")]).ended();
    await symlink("/dev/zero", join(folder, "2.json"));
    await symlink("/dev/zero", join(folder, "3.body"));
    const { refused } = await collect(directory({ ...replay, folder }));
    expect(refused).toEqual([
      `"${join(folder, "1.json")}": is no regular file`,
      `"${join(folder, "2.json")}": is no regular file`,
      `"${join(folder, "3.json")}": its body, the file that ends in .body: is no regular file`,
    ]);
  });

  it("follows a link to a file", async () => {
    const elsewhere = await folderWith({
      "1.json": JSON.stringify({ routingKey: "a", body: "x" }),
    });
    const folder = await folderWith({});
    await symlink(join(elsewhere, "1.json"), join(folder, "1.json"));
    expect(bodies(await collect(directory({ ...replay, folder })))).toEqual(["x"]);
  });
});
