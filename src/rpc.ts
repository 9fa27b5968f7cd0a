// The story of amqp-pub --rpc: for each message of the source, ask; show each reply; tell who did not answer, and why.
import type { RequestPlan } from "./amqp/publish/request.ts";
import { Requester } from "./amqp/publish/requester.ts";
import { Session } from "./amqp/session/session.ts";
import { Asking } from "./asking.ts";
import { withGrace } from "./time/deadline.ts";
import { accounted } from "./ending.ts";
import { exitCodes } from "./errors.ts";
import { endOf, type SendingPlan, Skips } from "./sending.ts";
import { openSink, type SinkPlan } from "./sink/index.ts";
import { checkInput } from "./source/index.ts";
import { reportRequests, type RequestAccount } from "./ui/account.ts";
import { reportBlocked } from "./ui/blocked-report.ts";
import { reportSession } from "./ui/session-report.ts";
import type { World } from "./world.ts";

/** What amqp-pub --rpc was asked to do. */
export interface RpcPlan extends SendingPlan {
  readonly request: RequestPlan;
  /** Requests that may be under way at once. */
  readonly jobs: number;
  readonly sink: SinkPlan;
}

/** Runs it. Resolves with the exit code. @throws Failure after the account was reported */
export async function rpc(plan: RpcPlan, world: World): Promise<number> {
  await checkInput(plan.source);
  for (const warning of plan.warnings) world.log.warn(warning);
  const requester = new Requester(plan.request, reportBlocked(world.log, "waiting"));
  const skips = new Skips(plan, world.log);
  const asking = new Asking(plan, requester, skips, await openSink(plan.sink, world), world);
  world.meter?.watch({
    open: () => asking.underWay,
    account: () => ({ ...asking.account, ...skips.account }),
  });
  return await accounted(
    () => run(plan, requester, asking, world),
    (ending) =>
      reportRequests(asking.account, endOf(ending, skips, world), plan.summary, world.log),
    world,
  );
}

async function run(
  plan: RpcPlan,
  requester: Requester,
  asking: Asking,
  world: World,
): Promise<number> {
  const { connection, topology, graceMs } = plan;
  const report = reportSession(world.log);
  const session = await Session.open(connection, topology, requester, report, world);
  try {
    await withGrace(asking.askAll(session.queue), world.signal, graceMs);
  } finally {
    requester.stop();
    await session.close();
  }
  return exitCode(asking.account);
}

/** The worst of what became of the requests. */
export function exitCode({ returned, nacked, errors, unanswered }: RequestAccount): number {
  if (returned + nacked > 0) return exitCodes.undelivered.code;
  if (errors > 0) return exitCodes.handler.code;
  return unanswered > 0 ? exitCodes.empty.code : exitCodes.done.code;
}
