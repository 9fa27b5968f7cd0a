// How a handler has ended, and what that means for its message: the map of exit codes. Pure.
import { constants } from "node:os";

/** What becomes of a message when the handler's end does not say it. */
export const failureActions = ["retry", "reject", "requeue", "stop"] as const;
export type FailureAction = (typeof failureActions)[number];

/** How a run of a handler has ended. */
export type End =
  | { readonly kind: "exit"; readonly code: number }
  | { readonly kind: "signal"; readonly signal: NodeJS.Signals }
  /** It was killed because it took longer than this. */
  | { readonly kind: "late"; readonly afterMs: number }
  /** It wrote more than can be a reply. */
  | { readonly kind: "excess"; readonly bytes: number };

export type Judgement = "ack" | FailureAction;

/** What the exit code says: 0, 3, 4 and 75 (EX_TEMPFAIL of sysexits.h) speak for themselves. */
const meanings: Readonly<Record<number, Judgement>> = {
  0: "ack",
  3: "reject",
  4: "requeue",
  75: "retry",
};

/** A shell's exit codes for a program that does not exist or may not be run: no message is to blame for that. */
const notRunnable = new Set([126, 127]);

/** What its exit code says; undefined for an end that says nothing. */
export function meaningOf(end: End): Judgement | undefined {
  return end.kind === "exit" ? meanings[end.code] : undefined;
}

/** What becomes of the message. Without `onFailure` a failure rejects it, but stops when the program cannot be run. */
export function judge(end: End, onFailure: FailureAction | undefined): Judgement {
  const meaning = meaningOf(end);
  if (meaning) return meaning;
  if (onFailure) return onFailure;
  return end.kind === "exit" && notRunnable.has(end.code) ? "stop" : "reject";
}

/** Is this an unplanned end? Exit code 3 is the handler's own verdict; 75 is a failure that may pass. */
export function isFailure(end: End): boolean {
  const meaning = meaningOf(end);
  return meaning === undefined || meaning === "retry";
}

/** The signals that stop a run, and the exit codes by which shells pass them on: 128 and the signal's number. */
const stopSignals = new Set(["SIGHUP", "SIGINT", "SIGTERM"]);
const stopCodes = new Set([129, 130, 143]);

/** Was it ended by a signal that also stops a run? That may have been sent to all processes of the run. */
export function isStopped(end: End): boolean {
  if (end.kind === "signal") return stopSignals.has(end.signal);
  return end.kind === "exit" && stopCodes.has(end.code);
}

/** The end in words: for headers, log lines and errors. */
export function describeEnd(end: End): string {
  switch (end.kind) {
    case "exit":
      return `exit code ${end.code}`;
    case "signal":
      return `signal ${end.signal}`;
    case "late":
      return `still running after ${end.afterMs / 1000} s`;
    case "excess":
      return `an output larger than ${end.bytes} bytes`;
  }
}

/** Its exit code, or what a shell would make of its end (128 and the signal's number; 124 as timeout(1) has it). */
export function exitCodeOf(end: End): number | undefined {
  switch (end.kind) {
    case "exit":
      return end.code;
    case "signal":
      return 128 + constants.signals[end.signal];
    case "late":
      return 124;
    case "excess":
      return undefined;
  }
}
