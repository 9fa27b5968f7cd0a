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
  const { properties, source } = publish;
  if (properties.correlationId !== undefined && isSeveral(source))
    throw new UsageError(
      `--rpc excludes --correlation-id "${properties.correlationId}" for several messages`,
      "leave it out, and each request gets one of its own",
    );
  // Nobody waits for the answer to a request that comes later.
  const expiration = properties.expiration ?? `${Math.min(Math.ceil(timeout), 2 ** 32 - 1)}`;
  return {
    publish: { ...publish, properties: { ...properties, expiration } },
    request: { replies, timeoutMs: timeout, ownQueue: replyQueue },
    jobs,
    sink: { format, verbose: false, folder: undefined },
  };
}

/** Is it known already that there will be more than one? */
function isSeveral(source: PublishPlan["source"]): boolean {
  if (!("repeat" in source)) return false;
  return source.repeat.times !== 1 || source.paths.length > 1;
}
