// Every property that amqp-pub can set, as other clients see it; and what is wrong with them, before anything is opened.
import { describe, expect, test } from "vitest";
import { con, pub } from "../support/binaries.ts";
import { runToEnd } from "../support/run.ts";
import { sharedBroker } from "../support/shared-broker.ts";
import { createQueue, takeBodies, takeOnly } from "../support/witness.ts";

test("all properties arrive", async () => {
  const queue = await createQueue();
  const texts = {
    contentType: "application/json",
    contentEncoding: "identity",
    correlationId: "c-1",
    replyTo: "answers",
    messageId: "m-1",
    type: "order.new",
    appId: "shop",
    userId: decodeURIComponent(new URL(sharedBroker().url).username),
  };
  const flags = Object.entries(texts).flatMap(([name, value]) => [
    `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
    value,
  ]);
  const time = ["--timestamp", "2026-01-01T00:00:00Z"];
  const exit = await pub(["-k", queue, "-m", "{}", ...flags, ...time, "--confirm"]);
  expect(exit).toMatchObject({ code: 0, stderr: "" });
  const { properties } = await takeOnly(queue);
  expect(properties).toMatchObject({ ...texts, timestamp: 1767225600 });
});

test("headers arrive with their types, int64 with every digit", async () => {
  const queue = await createQueue();
  const headers = [
    "text=5",
    "small:int=-5",
    "large:int=9007199254740993",
    "yes:bool=true",
    "half:double=0.5",
    "at:timestamp=2026-01-01T00:00:00Z",
    "raw:bytes=AP8=",
    'nested:json={"a":[1,{"b":9007199254740993}]}',
    "nothing:null=",
  ];
  await pub(["-k", queue, ...headers.flatMap((header) => ["-H", header])]);
  const exit = await con(["-q", queue, "--get", "--format", "json"]);
  const record: unknown = JSON.parse(exit.stdout);
  expect(record).toMatchObject({
    properties: {
      headers: {
        text: "5",
        small: -5,
        large: { int: "9007199254740993" },
        yes: true,
        half: { double: 0.5 },
        at: { timestamp: 1767225600 },
        raw: { bytes: "AP8=" },
        nested: { a: [1, { b: { int: "9007199254740993" } }] },
        nothing: null,
      },
    },
  });
});

test("--cc and --bcc send copies; only --cc is seen", async () => {
  const [one, two, three] = [await createQueue(), await createQueue(), await createQueue()];
  await pub(["-k", one, "-m", "x", "--cc", two, "--bcc", three, "--confirm"]);
  const { content, properties } = await takeOnly(one);
  expect(content.toString()).toBe("x");
  expect(properties.headers).toEqual({ CC: [two] });
  expect(await takeBodies(two)).toEqual(["x"]);
  expect(await takeBodies(three)).toEqual(["x"]);
});

test("another user's id is refused by the broker, and its answer is shown", async () => {
  const queue = await createQueue();
  const exit = await pub(["-k", queue, "--user-id", "somebody", "--confirm"]);
  expect(exit).toMatchObject({ code: 4, stdout: "" });
  expect(exit.stderr).toContain(`(406, "PRECONDITION_FAILED - user_id property set to 'somebody'`);
});

describe("before anything is opened", () => {
  test.each([
    [["-H", "n:int=1.5"], '--header "n:int=1.5": expected a whole number'],
    [["--timestamp", "tomorrow"], '--timestamp "tomorrow": expected a time'],
    [["--priority", "256"], '--priority "256": expected a whole number from 0 to 255'],
    [["--delimiter", "x"], "--delimiter needs --lines"],
    [["--compress", "lzma"], '--compress "lzma": expected one of gzip, deflate, br'],
    [["--rate", "-1"], '--rate "-1": expected a number, more than 0'],
  ])("%j is wrong use", async (argv, message) => {
    const nobody = ["--server-name", "127.0.0.1", "--port-number", "1"];
    const exit = await runToEnd("amqp-pub", [...nobody, ...argv]);
    expect(exit).toMatchObject({ code: 2, stdout: "" });
    expect(exit.stderr).toContain(`ERROR: ${message}`);
  });
});
