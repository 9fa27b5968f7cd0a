// The flags of --rpc → what they mean together. Pure.
import { UsageError } from "../errors.ts";
import type { PublishPlan } from "../publish.ts";
import type { RpcPlan } from "../rpc.ts";
import type { rpcFlags } from "./flags/rpc.ts";
import { kebab, type OptionsOf } from "./flag.ts";
import type { Origin } from "./parse.ts";

type Options = OptionsOf<typeof rpcFlags>;
type Key = keyof Options;

/** How to ask; undefined without --rpc. @throws UsageError */
export function planRpc(
  options: Options,
  origin: (key: Key) => Origin,
  publish: PublishPlan,
): RpcPlan | undefined {
  const { rpc, replies, timeout, replyQueue, jobs, format } = options;
  const stray = (["replies", "timeout", "replyQueue", "jobs", "format"] as const).find(
    (key) => origin(key) === "flag",
  );
  if (stray && !rpc)
    throw new UsageError(`--${kebab(stray)} needs --rpc`, "without it nothing is awaited");
  if (!rpc) return undefined;
  if (publish.properties.replyTo !== undefined)
    throw new UsageError("--rpc excludes --reply-to", "replies come to this program");
  const { properties } = publish;
  // Nobody waits for the answer to a request that comes later.
  const expiration = properties.expiration ?? `${Math.min(Math.ceil(timeout), 2 ** 32 - 1)}`;
  return {
    publish: { ...publish, properties: { ...properties, expiration } },
    request: { replies, timeoutMs: timeout, ownQueue: replyQueue },
    jobs,
    sink: { format, verbose: false, folder: undefined },
  };
}
