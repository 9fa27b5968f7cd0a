// How runs that send account for their end.
import { expect, it } from "vitest";
import { ReaderGone } from "../src/errors.ts";
import { endOf, Skips } from "../src/sending.ts";
import { planPub } from "./support/plan.ts";
import { pretendWorld } from "./support/pretended-world.ts";

const { world } = pretendWorld();
const skips = new Skips(planPub(["-k", "q"]), world.log);
const ended = (failure: unknown) => ({ durationMs: 5, failure });

it("the end of the input is a reason only when nothing else was", () => {
  expect(endOf(ended(undefined), skips, world)).toEqual({ durationMs: 5, reason: "end of input" });
  const defect = new TypeError("x is not a function");
  expect(endOf(ended(defect), skips, world).reason).toBe("x is not a function");
});

it("a reader of the output that has gone is told alike, whether it was thrown or not", () => {
  const gone = new ReaderGone();
  const failed = AbortSignal.abort(gone);
  const withoutReader = { ...world, output: { ...world.output, failed } };
  expect(endOf(ended(undefined), skips, withoutReader).reason).toBe(gone.message);
  expect(endOf(ended(gone), skips, world).reason).toBe(gone.message);
});
