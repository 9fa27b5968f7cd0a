// Administration without messages: declare what is asked for, then unbind, purge, count, delete; say so, and go.
import type { Link } from "./amqp/session/link.ts";
import type { Client } from "./amqp/session/client.ts";
import { Session, type ConnectionPlan } from "./amqp/session/session.ts";
import { perform, type Done, type Task } from "./amqp/administer/task.ts";
import type { TopologyPlan } from "./amqp/session/topology.ts";
import { exitCodes, Refused } from "./errors.ts";
import { toLine } from "./message/record.ts";
import { escapeLine } from "./ui/escape.ts";
import { reportSession } from "./ui/session-report.ts";
import type { World } from "./world.ts";

/** What is to be declared and done. */
export interface AdministrationPlan {
  readonly connection: ConnectionPlan;
  readonly topology: TopologyPlan;
  readonly warnings: readonly string[];
  /** In this order. */
  readonly tasks: readonly Task[];
  readonly depthFormat: "text" | "json";
}

/** Does it. What was done goes to stderr, the depth of a queue to stdout. Resolves with the exit code. @throws Failure */
export async function administer(plan: AdministrationPlan, world: World): Promise<number> {
  for (const warning of plan.warnings) world.log.warn(warning);
  const administrator = new Administrator(plan.tasks);
  try {
    const session = await Session.open(
      plan.connection,
      plan.topology,
      administrator,
      reportSession(world.log),
      world,
    );
    await session.close();
  } catch (error) {
    throw plan.tasks.length > 0 ? explain(error) : error;
  } finally {
    // What was done before a refusal is reported too.
    await report(administrator.done, plan.depthFormat, world);
  }
  return exitCodes.done.code;
}

/** The usual hint of a 404 is to declare the thing first. Here it is to be deleted: its name is wrong, or it has gone already. */
function explain(error: unknown): unknown {
  if (!(error instanceof Refused) || error.reply.code !== 404) return error;
  const hint = "check its name and --vhost; perhaps it was deleted already";
  return new Refused(error.reply, hint, error);
}

/** A client that does each task once, also when the connection is lost between two of them. */
class Administrator implements Client {
  readonly channelKind = "plain";
  readonly progress = 0;
  readonly isDrained = true;
  readonly done: Done[] = [];
  readonly #tasks: readonly Task[];

  constructor(tasks: readonly Task[]) {
    this.#tasks = tasks;
  }

  async attach(link: Link): Promise<void> {
    for (const task of this.#tasks.slice(this.done.length))
      this.done.push(await perform(link, task));
  }

  detach(): void {}

  fail(): void {}
}

async function report(
  done: readonly Done[],
  format: AdministrationPlan["depthFormat"],
  { log, output }: World,
): Promise<void> {
  for (const each of done) {
    const line = describe(each, format);
    if (each.task.act === "depth") await output.write(`${line}\n`);
    else log.note(line);
  }
}

function describe(done: Done, format: AdministrationPlan["depthFormat"]): string {
  const { task, name, messages } = done;
  switch (task.act) {
    case "depth":
      return describeDepth(done, format);
    case "purge":
      return `Purged queue: ${name} (${count(messages, "message")})`;
    case "delete-queue":
      return `Deleted queue: ${name} (${count(messages, "message")})`;
    case "delete-exchange":
      return `Deleted exchange: ${name}`;
    case "unbind": {
      const { to, source, key } = task.binding;
      return `Unbound ${to === "queue" ? "Queue" : "Exchange"} [${name}] from Exchange [${source}] ${key}`;
    }
  }
}

function describeDepth(
  { name: queue, messages, consumers }: Done,
  format: AdministrationPlan["depthFormat"],
): string {
  if (format === "json") return toLine({ queue, messages, consumers });
  return `${escapeLine(queue)}: ${count(messages, "message")}, ${count(consumers, "consumer")}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
