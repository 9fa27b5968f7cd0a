// A message that --where cannot decide on in time: it stays in its queue, and does not keep others from coming.
import { expect, test } from "vitest";
import { con } from "../support/binaries.ts";
import { createQueue, takeBodies } from "../support/witness.ts";

const ENDLESS = `${"a".repeat(40)}!`;
const WHERE = ["--where", 'body.matches("^(a+)+$") || body == "b"'];

test.each([
  [["--format", "body"], "b\n"],
  [["--shell", "cat"], "b"],
  [["--nack", "--requeue", "--format", "body"], "b\n"],
])("with %j it does not take the only place of a run for one message", async (words, output) => {
  const queue = await createQueue([ENDLESS, "b"]);
  const choosing = ["-q", queue, ...WHERE, "--on-mismatch", "ack", "-n", "1"];
  const { code, stdout } = await con([...choosing, ...words]);
  expect({ code, stdout }).toEqual({ code: 0, stdout: output });
  expect(await takeBodies(queue)).toContain(ENDLESS);
});
