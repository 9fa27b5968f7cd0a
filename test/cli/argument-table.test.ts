// How much the tables of arguments may hold.
import { expect, it } from "vitest";
import { planCon, wrongUse } from "../support/plan.ts";

const long = `a=${"b".repeat(70_000)}`;
const tables = ["--queue-arg", "--exchange-arg", "--bind-header", "--consumer-arg"];
it.each(tables)("more %s than can be sent is told", (flag) => {
  const all = ["-q", "t", "-Q", "-e", "x", "-E", "--bind-queue"];
  expect(wrongUse(() => planCon([...all, flag, long]))).toBe(
    `${flag}: longer than the 64 KiB that can be sent`,
  );
});
