// Records as messages: what falls back to the flags, what is refused and where, rabtap's form, saved folders.
import { mkdir, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { decodeProperties } from "../../src/amqp/wire/properties.ts";
import { savedNames, toRecordWithoutBody } from "../../src/message/record.ts";
import { encodeText } from "../../src/message/text.ts";
import { directory } from "../../src/source/directory.ts";
import { records } from "../../src/source/records.ts";
import { testFolder } from "../support/folder.ts";
import { command } from "../support/run.ts";
import { bodies, collect, envelope } from "../support/sources.ts";
import { encodeProperties } from "../support/encode-properties.ts";

const plan = { flag: "--json", paths: ["-"], toOrigin: false, speed: 0 };

async function folderWith(files: Readonly<Record<string, string | Buffer>>): Promise<string> {
  const folder = await testFolder();
  for (const [name, content] of Object.entries(files))
    await writeFile(encodeText(join(folder, name)), content);
  return folder;
}

describe("records", () => {
  it("say exchange, key, properties and body, and leave the rest to the flags", async () => {
    const flags = {
      exchange: "flags",
      routingKey: "flags",
      properties: { priority: 1, type: "flags", headers: { a: "flags", b: "flags" } },
    };
    const own =
      '{"exchange":"","routingKey":"own","properties":{"type":"own","headers":{"a":"own"}},"body":"b"}';
    const { messages } = await collect(records(plan), [`{}\n${own}\n`], { flags });
    expect(messages).toEqual([
      { ...flags, body: Buffer.alloc(0) },
      {
        exchange: "",
        routingKey: "own",
        properties: { priority: 1, type: "own", headers: { a: "own", b: "flags" } },
        body: Buffer.from("b"),
      },
    ]);
  });

  it("may have empty lines between them, Windows' newlines, and a byte order mark before them", async () => {
    const input = '\ufeff{"body":"a"}\r\n\n  \n{"body":"b"}';
    const collected = await collect(records(plan), [input]);
    expect(bodies(collected)).toEqual(["a", "b"]);
    expect(collected.refused).toEqual([]);
  });

  it("that are none are told with their line, counted from 1, empty ones too", async () => {
    const input = Buffer.concat([
      Buffer.from('\n{"body":"a"}\n{"boddy":"b"}\n{"body":\n'),
      Buffer.from([0x22, 0xff, 0x22, 0x0a]),
      Buffer.from('{"body":"c"}'),
    ]);
    const collected = await collect(records(plan), [input]);
    expect(bodies(collected)).toEqual(["a", "c"]);
    expect(collected.refused).toEqual([
      'line 3 of stdin: unknown key "boddy"',
      "line 4 of stdin: expected JSON, one record a line (jq -c)",
      "line 5 of stdin: expected UTF-8",
    ]);
  });
});

/** As rabtap writes it: every field of its RabtapPersistentMessage (cmd/rabtap/message_writer.go). */
const byRabtap = {
  Headers: { n: 5, text: "x", nested: { a: [1, "b"] } },
  ContentType: "text/plain",
  ContentEncoding: "",
  DeliveryMode: 2,
  Priority: 0,
  CorrelationID: "c",
  ReplyTo: "",
  Expiration: "",
  MessageID: "",
  Timestamp: "2026-11-21T10:00:00+01:00",
  Type: "",
  UserID: "",
  AppID: "app",
  DeliveryTag: 1,
  Redelivered: false,
  Exchange: "amq.topic",
  RoutingKey: "a.b",
  XRabtapReceivedTimestamp: "2026-11-21T10:00:00.123456789+01:00",
  Body: "AP8=",
};

/** As it lies in a folder. */
function savedByRabtap(Body: string): string {
  return `${JSON.stringify({ ...byRabtap, Body }, undefined, 2)}\n`;
}

describe("what rabtap writes", () => {
  const line = JSON.stringify(byRabtap);

  it("is taken as a record, without the properties that are not there", async () => {
    const { messages, refused } = await collect(records(plan), [line]);
    expect(refused).toEqual([]);
    expect(messages).toEqual([
      {
        exchange: "amq.topic",
        routingKey: "a.b",
        properties: {
          contentType: "text/plain",
          headers: { n: 5, text: "x", nested: { a: [1, "b"] } },
          deliveryMode: 2,
          correlationId: "c",
          timestamp: Date.UTC(2026, 10, 21, 9) / 1000,
          appId: "app",
        },
        body: Buffer.of(0, 0xff),
      },
    ]);
  });

  it("has no timestamp when Go's zero stands there, and a body of null is none", async () => {
    const record = { ...byRabtap, Timestamp: "0001-01-01T00:00:00Z", Body: null };
    const { messages } = await collect(records(plan), [JSON.stringify(record)]);
    expect(messages[0]?.properties).not.toHaveProperty("timestamp");
    expect(messages[0]?.body).toEqual(Buffer.alloc(0));
  });

  it("has no tags in its headers: what looks like one of ours is a table, and large numbers keep each digit", async () => {
    const headers =
      '{"t":{"int":"abc"},"l":[{"bytes":{"double":1}}],"table":{"table":{}},"n":9007199254740993,"i":{"int":-9007199254740993},"s":{"int":"5"}}';
    const input = line.replace(JSON.stringify(byRabtap.Headers), headers);
    const { messages, refused } = await collect(records(plan), [input]);
    expect(refused).toEqual([]);
    const wire = encodeProperties(messages[0]?.properties ?? {});
    expect(decodeProperties(wire).headers).toEqual({
      t: { table: { int: "abc" } },
      l: [{ table: { bytes: { table: { double: 1 } } } }],
      table: { table: { table: {} } },
      n: { int: "9007199254740993" },
      i: { table: { int: { int: "-9007199254740993" } } },
      s: { table: { int: "5" } },
    });
  });

  it("has headers no deeper than ours", async () => {
    const deep = `{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}`;
    const input = line.replace(JSON.stringify(byRabtap.Headers), deep);
    const { refused } = await collect(records(plan), [input]);
    expect(refused).toEqual(['line 1 of stdin: "headers": "a": nested deeper than 1000']);
  });

  it("with a key that rabtap does not write is refused", async () => {
    const record = { ...byRabtap, Colour: "red" };
    const { refused } = await collect(records(plan), [JSON.stringify(record)]);
    expect(refused).toEqual(['line 1 of stdin: unknown key "Colour"']);
  });
});

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
