// What a run of amqp-con finds wrong before it connects, and so does a dry run.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { checkPlan } from "../src/consume.ts";
import { testFolder } from "./support/folder.ts";
import { planCon } from "./support/plan.ts";
import { pretendWorld } from "./support/pretended-world.ts";

const check = (...argv: readonly string[]) =>
  checkPlan(planCon(["-q", "q", ...argv]), pretendWorld({ env: { PATH: "/nonexistent" } }).world);

it("a command that is not there", async () => {
  await expect(check("--", "no-such-program")).rejects.toThrow('cannot run "no-such-program"');
});

it("an expression that cannot be read", async () => {
  await expect(check("--where", "key ==")).rejects.toThrow('--where "key =="');
});

it("a file of --offset-file that holds something else, or cannot be written", async () => {
  const path = join(await testFolder(), "offset");
  await expect(check("--offset-file", path)).resolves.toBeUndefined();
  await writeFile(path, "something else");
  await expect(check("--offset-file", path)).rejects.toThrow("it holds something else");
  await expect(check("--offset-file", "/nonexistent/offset")).rejects.toThrow("/nonexistent");
});
