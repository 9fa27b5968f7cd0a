// A message that --where cannot decide on in time: it stays in its queue, and takes a place until the run ends.
import { expect, test } from "vitest";
import { con } from "../support/binaries.ts";
import { createQueue, takeBodies } from "../support/witness.ts";

const ENDLESS = `${"a".repeat(40)}!`;
const WHERE = ["--where", 'body.matches("^(a+)+$") || body == "b"', "--on-mismatch", "ack"];

test.each([
  [["--format", "body"], "b\n"],
  [["--shell", "cat"], "b"],
])("with a --prefetch of two it leaves a place to others: %j", async (words, output) => {
  const queue = await createQueue([ENDLESS, "b"]);
  const { code, stdout } = await con([
    "-q",
    queue,
    ...WHERE,
    "-n",
    "1",
    "--prefetch",
    "2",
    ...words,
  ]);
  expect({ code, stdout }).toEqual({ code: 0, stdout: output });
  expect(await takeBodies(queue)).toEqual([ENDLESS]);
});

test("where it takes the only place, the run ends and says the way out", async () => {
  const queue = await createQueue([ENDLESS, "b"]);
  const { code, stdout, stderr } = await con(["-q", queue, ...WHERE, "-n", "1"]);
  expect({ code, stdout }).toEqual({ code: 8, stdout: "" });
  expect(stderr).toContain(
    "Stopping: no more than 1 can be held, and that many are; --prefetch N holds more",
  );
  expect(await takeBodies(queue)).toEqual([ENDLESS, "b"]);
});
