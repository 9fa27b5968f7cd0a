// Flags that a stream excludes, where other flags say that the queue is one.
import { expect, it } from "vitest";
import { planCon, wrongUse } from "../support/plan.ts";

it.each([
  [["-q", "t", "--offset", "first", "--nack"], "--nack excludes a stream"],
  [["-q", "t", "--offset", "first", "--prefetch", "0"], "--offset excludes --prefetch 0"],
  [["-q", "t", "--offset-file", "f", "--prefetch", "0"], "--offset-file excludes --prefetch 0"],
  [["-q", "t", "--offset", "first", "--peek"], "--peek excludes a stream\nhint: a stream keeps"],
  [["-q", "t", "-Q", "--queue-type", "stream", "--until-empty"], "--until-empty excludes a stream"],
  [
    ["-q", "t", "--offset", "first", "--where", "true", "--on-mismatch", "reject"],
    "--on-mismatch reject excludes a stream",
  ],
  [
    ["-q", "t", "-Q", "--queue-type", "stream", "--retries", "2", "--shell", "x"],
    "--retries excludes a stream",
  ],
  [
    ["-q", "t", "--offset", "next", "--on-failure", "requeue", "--shell", "x"],
    "--on-failure requeue excludes a stream",
  ],
])("%j is told", (argv, message) => {
  expect(wrongUse(() => planCon(argv))).toContain(message);
});
