// amqp-con: the run that a command line asks for. What its flags mean: cli/con.ts.
import { con, overridingTtl, planConsume } from "./cli/con.ts";
import { planMeasure } from "./cli/measure-plan.ts";
import type { Parsed } from "./cli/parse.ts";
import { checkPlan, consume } from "./consume.ts";
import { prepareErrand } from "./errand.ts";
import { measured } from "./measure.ts";
import { ping } from "./ping.ts";
import { sketchConsume } from "./preview/sketch.ts";
import type { Run, World } from "./world.ts";

/** Checks what the flags mean together, and returns the run. @throws UsageError before anything is opened */
export function prepare(parsed: Parsed<typeof con.flags>): Run {
  const { options } = parsed;
  const keys = options.routingKey;
  const messageTtl = overridingTtl(parsed);
  const sketch = () => sketchConsume(planConsume(parsed));
  const check = (world: World) => checkPlan(planConsume(parsed), world);
  const errand = prepareErrand(con, parsed, { keys, messageTtl, sketch, check });
  if (errand) return errand;
  const plan = planConsume(parsed);
  const measuring = planMeasure("consumer", con.flags, parsed, plan.writesOutput);
  if (options.ping) return (world) => ping(plan, world);
  return (world) => measured(measuring, world, (measuredWorld) => consume(plan, measuredWorld));
}
