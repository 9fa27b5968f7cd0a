// Which flags a stream excludes: it keeps its messages, and takes none back (basic.nack, basic.reject). Pure.
import { UsageError } from "../errors.ts";
import type { consumeFlags } from "./flags/consume.ts";
import { kebab, type OptionsOf } from "./flag.ts";
import type { handlerFlags } from "./flags/handler.ts";
import type { selectFlags } from "./flags/select.ts";
import type { Origins } from "./parse.ts";

type Options = OptionsOf<typeof consumeFlags & typeof selectFlags & typeof handlerFlags> & {
  readonly createQueue: boolean;
  readonly queueType: string | undefined;
};

/** Do the flags say that the queue is a stream? */
export function saysStream({
  offset,
  offsetFile,
  createQueue,
  queueType,
}: Pick<Options, "offset" | "offsetFile" | "createQueue" | "queueType">): boolean {
  const isDeclared = createQueue && queueType === "stream";
  return isDeclared || offset !== undefined || offsetFile !== undefined;
}

/**
 * What is said when the queue is a stream, as the flags or only the broker may tell: the first flag that excludes one.
 * Undefined: none does.
 */
export function refusalOfStream(
  options: Options,
  origins: Origins<keyof Options>,
  isHandled: boolean,
): UsageError | undefined {
  const retrying = isHandled ? ofRetrying(options, origins) : undefined;
  const [flag, hint] = ofSettling(options) ?? ofEnding(options) ?? retrying ?? [];
  return flag === undefined ? undefined : new UsageError(`${flag} excludes a stream`, hint);
}

/** A flag, and the way out. */
type Excluding = readonly [string, string] | undefined;

function ofSettling(options: Options): Excluding {
  const hint = "a stream keeps its messages; whoever reads it only goes on";
  const refusing = (["nack", "reject"] as const).find((key) => options[key]);
  if (refusing) return [`--${refusing}`, hint];
  const { where, onMismatch } = options;
  return where !== undefined && onMismatch === "reject"
    ? ["--on-mismatch reject", hint]
    : undefined;
}

/** --get does not work on a stream, whatever is to end it. */
function ofEnding({ get, peek, untilEmpty }: Options): Excluding {
  if (get || !(peek || untilEmpty)) return undefined;
  return [
    peek ? "--peek" : "--until-empty",
    "a stream keeps its messages and is never empty; --idle-timeout ends at its end",
  ];
}

export const ofRetries = ["retries", "retryDelay", "retryBackoff"] as const;

/** Nothing comes back into a stream, so that a message cannot wait elsewhere for another try. */
function ofRetrying(options: Options, { typed }: Origins<keyof Options>): Excluding {
  const asked = ofRetries.find(typed);
  const action = options.onFailure;
  const flag = asked
    ? `--${kebab(asked)}`
    : (action === "retry" || action === "requeue") && `--on-failure ${action}`;
  return flag
    ? [flag, "a stream takes no message back; --dead-letter keeps those that have failed"]
    : undefined;
}
