// The flags of --rpc → what they mean together. Pure.
import { UsageError } from "../errors.ts";
import type { RpcPlan } from "../rpc.ts";
import type { SendingPlan } from "../sending.ts";
import type { publisherMeasureFlags } from "./flags/measure.ts";
import type { publisherFlags } from "./flags/publish.ts";
import type { rpcFlags } from "./flags/rpc.ts";
import { kebab, type OptionsOf } from "./flag.ts";
import type { Origins } from "./parse.ts";

type Options = OptionsOf<typeof rpcFlags>;

/** Flags that would change nothing about requests, and what does instead. */
const useless = [
  ["confirmWindow", "every request is confirmed; --jobs says how many are under way at once"],
  ["confirmTimeout", "every request is confirmed; --timeout says how long to wait for its reply"],
  ["nackRetries", "what the broker refuses is sent again until --timeout is over"],
  ["latencyHeader", "--stats and --report show the time from request to reply"],
] as const satisfies readonly (readonly [
  keyof typeof publisherFlags | keyof typeof publisherMeasureFlags,
  string,
])[];
type Useless = (typeof useless)[number][0];

/** How to ask for replies to what is sent. @throws UsageError */
export function planRequests(
  options: Options,
  origins: Origins<Useless>,
  sending: SendingPlan,
): RpcPlan {
  const { replies, timeout, replyQueue, jobs, format } = options;
  checkUseless(origins);
  const { properties, source } = sending;
  if (properties.replyTo !== undefined)
    throw new UsageError("--rpc excludes --reply-to", "replies come to this program");
  if (properties.correlationId !== undefined && (source.messages ?? 1) > 1)
    throw new UsageError(
      `--rpc excludes --correlation-id "${properties.correlationId}" for several messages`,
      "leave it out, and each request gets one of its own",
    );
  // Nobody would wait any longer for the answer to a request that arrives later.
  const expiration = properties.expiration ?? `${Math.min(Math.ceil(timeout), 2 ** 32 - 1)}`;
  return {
    ...sending,
    properties: { ...properties, expiration },
    request: { replies, timeoutMs: timeout, ownQueue: replyQueue },
    jobs,
    sink: { format, verbose: false, folder: undefined },
  };
}

/** Without --rpc its flags mean nothing. @throws UsageError */
export function checkNoRequests({ typed }: Origins<keyof Options>): void {
  const stray = (["replies", "timeout", "replyQueue", "jobs", "format"] as const).find(typed);
  if (stray) throw new UsageError(`--${kebab(stray)} needs --rpc`, "without it nothing is awaited");
}

function checkUseless({ typed }: Origins<Useless>): void {
  const [stray, hint] = useless.find(([key]) => typed(key)) ?? [];
  if (stray) throw new UsageError(`--rpc excludes --${kebab(stray)}`, hint);
}
