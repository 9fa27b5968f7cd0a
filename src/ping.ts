// --ping: connect, say who answered and how fast, go.
import { addressOf } from "./address.ts";
import { Connection } from "./amqp/session/connection.ts";
import type { Client } from "./amqp/session/client.ts";
import { Session, type ConnectionPlan } from "./amqp/session/session.ts";
import { now } from "./time/clock.ts";
import { exitCodes, type Failure } from "./errors.ts";
import { reportSession } from "./ui/session-report.ts";
import { escapeLine } from "./ui/escape.ts";
import type { World } from "./world.ts";

const nothing = { passive: false, exchange: undefined, queue: undefined, bindings: [] } as const;

/** Prints product, version, cluster, TLS and latency. Resolves with the exit code. @throws Failure */
export async function ping(
  plan: { readonly connection: ConnectionPlan; readonly warnings: readonly string[] },
  world: World,
): Promise<number> {
  for (const warning of plan.warnings) world.log.warn(warning);
  const pinger = new Pinger();
  const session = await Session.open(
    plan.connection,
    nothing,
    pinger,
    reportSession(world.log),
    world,
  );
  const { connection } = session;
  // Said before it is closed: a closed socket has forgotten its TLS version.
  const line = connection && `${describe(connection, pinger.latencyMs)}\n`;
  await session.close();
  if (pinger.failure) throw pinger.failure;
  if (line !== undefined) await world.output.write(line);
  return exitCodes.done.code;
}

/** A client that measures one round trip. */
class Pinger implements Client {
  readonly channelKind = "plain";
  readonly progress = 0;
  readonly isDrained = true;
  latencyMs = 0;
  failure: Failure | undefined;

  async attach({ channel }: Parameters<Client["attach"]>[0]): Promise<void> {
    const start = now();
    await channel.prefetch(0);
    this.latencyMs = now() - start;
  }

  detach(): void {}

  fail(failure: Failure): void {
    this.failure = failure;
  }
}

function describe(
  { target, openedInMs, serverProperties, tls }: Connection,
  latencyMs: number,
): string {
  const { product, version, cluster_name: cluster } = serverProperties;
  return [
    escapeLine(`${String(product)} ${String(version)}`),
    ...(typeof cluster === "string" ? [`cluster ${escapeLine(cluster)}`] : []),
    addressOf(target),
    `vhost ${escapeLine(target.vhost)}`,
    tls === undefined ? "no TLS" : tls,
    `connected in ${openedInMs.toFixed(1)} ms`,
    `round trip ${latencyMs.toFixed(1)} ms`,
  ].join(", ");
}
