// The reply that tells of a failure: how a server marks it, and how a client knows it. What it says is up to the server.
import type { Message, Properties } from "./message.ts";

/** The `type` of such a reply. */
const ERROR_TYPE = "error";
/** The header that tells the handler's exit code. */
export const EXIT_CODE_HEADER = "x-exit-code";

/** What makes a reply an error, with the exit code where there is one. */
export function errorProperties(exitCode: number | undefined): Properties {
  const headers = exitCode === undefined ? {} : { [EXIT_CODE_HEADER]: exitCode };
  return { type: ERROR_TYPE, headers };
}

export function isErrorReply({ properties: { type } }: Message): boolean {
  return type === ERROR_TYPE;
}
