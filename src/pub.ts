// amqp-pub: the run that a command line asks for. What its flags mean: cli/pub.ts.
import type { Parsed } from "./cli/parse.ts";
import { planMeasure } from "./cli/measure-plan.ts";
import { planPublish, planRpc, pub } from "./cli/pub.ts";
import { prepareErrand } from "./errand.ts";
import { measured } from "./measure.ts";
import { ping } from "./ping.ts";
import { sketchPublish } from "./preview/sketch.ts";
import { checkTexts, publish, type PublishPlan } from "./publish.ts";
import { rpc, type RpcPlan } from "./rpc.ts";
import { checkInput } from "./source/index.ts";
import type { Environment, Run } from "./world.ts";

/** Checks what the flags mean together, and returns the run. @throws UsageError before anything is opened */
export function prepare(parsed: Parsed<typeof pub.flags>, env: Environment): Run {
  const { options } = parsed;
  const planned = (): PublishPlan | RpcPlan => {
    const plan = options.rpc ? planRpc(parsed) : planPublish(parsed);
    checkTexts(plan, env);
    return plan;
  };
  const errand = prepareErrand(pub, parsed, {
    keys: options.routingKey === undefined ? [] : [options.routingKey],
    sketch: () => sketchPublish(planned()),
    check: () => checkInput(planned().source),
  });
  if (errand) return errand;
  const plan = planned();
  const asks = "request" in plan;
  const writesOutput = asks ? plan.sink.format !== "none" : !plan.quiet;
  const measuring = planMeasure(asks ? "requester" : "publisher", pub.flags, parsed, writesOutput);
  if (options.ping) return (world) => ping(plan, world);
  const run: Run = (world) => (asks ? rpc(plan, world) : publish(plan, world));
  return (world) => measured(measuring, world, run);
}
