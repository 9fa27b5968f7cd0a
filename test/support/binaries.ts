// The two binaries on the shared broker: run.ts with AMQP_URL set.
import type { Child, Exit } from "./child.ts";
import { run, type RunOptions } from "./run.ts";
import { sharedBroker } from "./shared-broker.ts";
import { DEADLINE_MS } from "./watch.ts";

/** Starts amqp-pub on the shared broker. */
export function startPub(args: readonly string[], options: RunOptions = {}): Child {
  return run("amqp-pub", args, onSharedBroker(options));
}

/** Starts amqp-con on the shared broker. */
export function startCon(args: readonly string[], options: RunOptions = {}): Child {
  return run("amqp-con", args, onSharedBroker(options));
}

/** Runs amqp-pub on the shared broker to its end; kills it and rejects when that takes longer than 10 s. */
export async function pub(args: readonly string[], options: RunOptions = {}): Promise<Exit> {
  return await startPub(args, options).ended(DEADLINE_MS);
}

/** Runs amqp-con on the shared broker to its end; kills it and rejects when that takes longer than 10 s. */
export async function con(args: readonly string[], options: RunOptions = {}): Promise<Exit> {
  return await startCon(args, options).ended(DEADLINE_MS);
}

function onSharedBroker(options: RunOptions): RunOptions {
  return { ...options, env: { AMQP_URL: sharedBroker().url, ...options.env } };
}
