// amqp-pub: the run that a command line asks for. What its flags mean: cli/pub.ts.
import type { Parsed } from "./cli/parse.ts";
import { planMeasure } from "./cli/measure-plan.ts";
import { planPublish, pub } from "./cli/pub.ts";
import { planRpc } from "./cli/rpc-plan.ts";
import { prepareErrand } from "./errand.ts";
import { measured } from "./measure.ts";
import { ping } from "./ping.ts";
import { sketchPublish, type Sketch } from "./preview/sketch.ts";
import { checkTexts, publish, type PublishPlan } from "./publish.ts";
import { rpc } from "./rpc.ts";
import { checkInput } from "./source/index.ts";
import type { Environment, Run } from "./world.ts";

/** Checks what the flags mean together, and returns the run. @throws UsageError before anything is opened */
export function prepare(parsed: Parsed<typeof pub.flags>, env: Environment): Run {
  const { options, origin } = parsed;
  const keys = options.routingKey === undefined ? [] : [options.routingKey];
  const planned = (): PublishPlan => {
    const plan = planPublish(parsed);
    checkTexts(plan, env);
    return plan;
  };
  const sketch = (): Sketch => {
    const plan = planned();
    return sketchPublish(plan, planRpc(options, origin, plan) !== undefined);
  };
  const check = async (): Promise<void> => checkInput(planned().source);
  const errand = prepareErrand(pub, parsed, { keys, sketch, check });
  if (errand) return errand;
  const plan = planned();
  const asking = planRpc(options, origin, plan);
  const measuring = planMeasure(asking ? "requester" : "publisher", pub.flags, parsed, !plan.quiet);
  if (options.ping) return (world) => ping(plan, world);
  const run: Run = asking ? (world) => rpc(asking, world) : (world) => publish(plan, world);
  return (world) => measured(measuring, world, run);
}
