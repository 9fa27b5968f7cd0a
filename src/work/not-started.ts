// Why a program could not be started, in plain words, and the way out.
import { errorCode, Failure, messageOf } from "../errors.ts";

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such program, or not the one that its first line names (#!)",
  EACCES: "it may not be run",
  E2BIG: "its arguments and environment are too large",
  EAGAIN: "there are too many processes",
  EMFILE: "too many files are open",
  ENFILE: "too many files are open on this machine",
};

const waysOut: Readonly<Record<string, string>> = {
  ENOENT: "a script needs Unix line ends",
  EMFILE: "raise the limit of open files (ulimit -n), or lower --jobs",
  ENFILE: "lower --jobs",
};

/** Does it mean that no file descriptor is left? */
export function isShortOfFiles(error: unknown): boolean {
  return ["EMFILE", "ENFILE"].includes(errorCode(error));
}

/** What the user is told when this program cannot be run. A Failure stays as it is. */
export function notStarted(file: string, error: unknown): Failure {
  if (error instanceof Failure) return error;
  const code = errorCode(error);
  const reason = reasons[code] ?? messageOf(error);
  const wayOut = waysOut[code];
  const hint = [wayOut, "the message was put back"].filter(Boolean).join("; ");
  return new Failure("handler", `cannot run "${file}": ${reason}`, hint, error);
}
