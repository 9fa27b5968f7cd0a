// --save: what is in the folder afterwards, and what never is.
import { link, mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Failure } from "../../src/errors.ts";
import { readRecord } from "../../src/message/record.ts";
import { openSave } from "../../src/sink/save.ts";
import { testFolder } from "../support/folder.ts";
import { messageIn } from "../support/message-in.ts";

/** What somebody may hope that a name is made of. */
const NAMES = [
  "../../escaped",
  "/tmp/escaped",
  "..",
  ".",
  "",
  "a/b/c",
  "..\\..\\escaped",
  "C:\\escaped",
  "~/escaped",
  "$HOME/escaped",
  "-rf",
  "--help",
  "name\0cut",
  "new\nline",
  "\u001b]0;t\u0007",
  "x".repeat(255),
  "0000000001.json",
  "0000000002.body",
  ".htaccess",
  "con",
  "nul.txt",
  "a;rm -rf b",
  "`id`",
  "\u202egnp.exe",
  "é/../é",
];

const some = (body: string) => Array.from({ length: 50 }, () => messageIn({ body }));

describe("--save", () => {
  it("keeps body and record of each message, in order, for the owner alone", async () => {
    const folder = join(await testFolder(), "new", "deep");
    const save = await openSave(folder);
    const bodies = [Buffer.from("one"), Buffer.from([0, 0xff]), Buffer.alloc(0)];
    await save(bodies.map((body, i) => messageIn({ body, deliveryTag: i + 1, routingKey: "k" })));
    expect((await readdir(folder)).toSorted()).toEqual([
      "0000000001.body",
      "0000000001.json",
      "0000000002.body",
      "0000000002.json",
      "0000000003.body",
      "0000000003.json",
    ]);
    for (const [i, body] of bodies.entries()) {
      const name = join(folder, `000000000${i + 1}`);
      expect(await readFile(`${name}.body`)).toEqual(body);
      const record = JSON.parse(await readFile(`${name}.json`, "utf8"));
      expect(readRecord(record)).toMatchObject({ routingKey: "k", body: undefined });
      expect(record).toMatchObject({ deliveryTag: i + 1 });
      for (const kind of ["body", "json"])
        expect((await stat(`${name}.${kind}`)).mode & 0o777).toBe(0o600);
    }
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
  });

  it("is not stopped by the draft that a killed run has left", async () => {
    const folder = await testFolder();
    await writeFile(join(folder, ".0000000002.json.part"), '{"half');
    const save = await openSave(folder);
    await save(some("x"));
    expect((await readdir(folder)).filter((name) => name.endsWith(".part"))).toEqual([]);
    expect(
      readRecord(JSON.parse(await readFile(join(folder, "0000000002.json"), "utf8"))),
    ).toBeTruthy();
  });

  it("counts on behind what the folder holds, whatever else is there", async () => {
    const folder = await testFolder();
    await writeFile(join(folder, "0000000041.body"), "half");
    await writeFile(join(folder, "notes.txt"), "mine");
    await (
      await openSave(folder)
    )([messageIn({ body: "x" })]);
    expect((await readdir(folder)).toSorted()).toEqual([
      "0000000041.body",
      "0000000042.body",
      "0000000042.json",
      "notes.txt",
    ]);
  });

  it("shares a folder with another run", async () => {
    const folder = await testFolder();
    const [one, two] = [await openSave(folder), await openSave(folder)];
    await Promise.all([one(some("one")), two(some("two"))]);
    const names = (await readdir(folder)).filter((name) => name.endsWith(".body"));
    const bodies = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
    expect(bodies.toSorted()).toEqual([...Array(50).fill("one"), ...Array(50).fill("two")]);
    expect((await readdir(folder)).filter((name) => name.endsWith(".json"))).toHaveLength(100);
  });

  it("makes a folder and its parents at the same time as other runs", async () => {
    const folder = join(await testFolder(), "new", "deep", "deeper");
    await Promise.all(Array.from({ length: 8 }, () => openSave(folder)));
    expect(await readdir(folder)).toEqual([]);
  });

  it("makes names of nothing that a message says", async () => {
    const parent = await testFolder();
    const folder = join(parent, "saved");
    await mkdir(folder);
    const save = await openSave(folder);
    await save(
      NAMES.map((name) =>
        messageIn({
          body: "x",
          routingKey: name,
          exchange: name,
          queue: name,
          consumerTag: name,
          properties: {
            messageId: name,
            correlationId: name,
            type: name,
            contentType: name,
            headers: { [name]: name, filename: name },
          },
        }),
      ),
    );
    expect(await readdir(parent)).toEqual(["saved"]);
    const names = await readdir(folder);
    expect(names).toHaveLength(2 * NAMES.length);
    for (const name of names) expect(name).toMatch(/^\d{10}\.(body|json)$/);
  });

  it("follows no link and overwrites nothing that is in its way", async () => {
    const parent = await testFolder();
    const folder = join(parent, "saved");
    await mkdir(folder);
    const victim = join(parent, "victim");
    await writeFile(victim, "untouched");
    const save = await openSave(folder);
    // Put there by somebody else after the folder was read.
    await symlink(victim, join(folder, "0000000001.body"));
    await link(victim, join(folder, "0000000002.body"));
    await save([messageIn({ body: "x" })]);
    expect(await readFile(victim, "utf8")).toBe("untouched");
    expect(await readFile(join(folder, "0000000003.body"), "utf8")).toBe("x");
  });

  it("leaves no half of a message when its record cannot be written", async () => {
    const folder = await testFolder();
    const save = await openSave(folder);
    await writeFile(join(folder, "0000000001.json"), "somebody's");
    await expect(save([messageIn({ body: "x" })])).rejects.toThrow(Failure);
    expect(await readdir(folder)).toEqual(["0000000001.json"]);
    expect(await readFile(join(folder, "0000000001.json"), "utf8")).toBe("somebody's");
  });

  it("fails where no folder can be made", async () => {
    await expect(openSave("/proc/nothing/deep")).rejects.toThrow("--save /proc/nothing/deep: ");
  });

  it("fails with exit code 7 where it cannot write, and says that nothing was acknowledged", async () => {
    const folder = await testFolder();
    await writeFile(join(folder, "file"), "");
    const failure = await openSave(join(folder, "file", "deeper")).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      exitCode: 7,
      message: expect.stringContaining("--save"),
      hint: "what was not saved was not acknowledged, unless by --ack-auto",
    });
  });
});
