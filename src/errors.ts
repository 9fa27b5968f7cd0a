// How a run can end badly: the error classes and the one table of exit codes.
// Which broker answer becomes which error is decided in amqp/session/refusal.ts.

/** Every exit code of both binaries; the contract that scripts rely on. */
export const exitCodes = {
  done: { code: 0, meaning: "everything asked for was done" },
  defect: { code: 1, meaning: "a defect of the program (stack only with --debug)" },
  usage: { code: 2, meaning: "wrong use: flags, files, environment, profile" },
  unreachable: { code: 3, meaning: "broker not reachable, or away longer than allowed" },
  refused: {
    code: 4,
    meaning: "refused by the broker: login, permission, not found, precondition, limit",
  },
  undelivered: {
    code: 5,
    meaning: "not all delivered: messages were returned, nacked or never confirmed",
  },
  handler: {
    code: 6,
    meaning: "a handler failed for good, or an RPC server replied with an error",
  },
  output: { code: 7, meaning: "output could not be written (disk full, closed file)" },
  empty: { code: 8, meaning: "nothing there: empty queue, no reply, nothing received in time" },
  undecodable: { code: 9, meaning: "a message could not be decoded, three times without progress" },
  timeout: { code: 124, meaning: "--timeout passed first" },
  hungUp: { code: 129, meaning: "second SIGHUP: stopped at once" },
  interrupted: { code: 130, meaning: "second SIGINT: stopped at once" },
  quit: { code: 131, meaning: "SIGQUIT: stopped at once" },
  terminated: { code: 143, meaning: "second SIGTERM: stopped at once" },
} as const;

export type ExitName = keyof typeof exitCodes;

/** An expected way to fail: one sentence for the user, the way out, and the exit code. Never carries a secret. */
export class Failure extends Error {
  readonly exit: ExitName;
  readonly hint: string | undefined;

  constructor(exit: ExitName, message: string, hint?: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "Failure";
    this.exit = exit;
    this.hint = hint;
  }

  get exitCode(): number {
    return exitCodes[this.exit].code;
  }

  /** May trying again help? When the broker was away, ended a subscription, or sent what cannot be decoded. */
  get passing(): boolean {
    return false;
  }
}

/** Flags, files or environment that make no sense; found before any connection. */
export class UsageError extends Failure {
  constructor(message: string, hint?: string, cause?: unknown) {
    super("usage", message, hint, cause);
    this.name = "UsageError";
  }
}

/** A message that no frame can carry: a name that is too long, headers larger than a frame. */
export class Unsendable extends UsageError {
  readonly reason: string;

  constructor(reason: string, cause: unknown) {
    super(`a message cannot be sent: ${reason}`, undefined, cause);
    this.name = "Unsendable";
    this.reason = reason;
  }
}

/** The broker's own answer: reply code and text of connection.close, channel.close or the handshake. */
export interface Reply {
  readonly code: number;
  readonly text: string;
}

/** The broker said no. Its line keeps the Python sample's form, with its two blanks: `ERROR:  (404, "…")`. */
export class Refused extends Failure {
  readonly reply: Reply;

  constructor(reply: Reply, hint?: string, cause?: unknown) {
    super("refused", ` (${reply.code}, "${reply.text}")`, hint, cause);
    this.name = "Refused";
    this.reply = reply;
  }
}

/** Nobody answers, or the connection was lost: trying again may help. */
export class Unreachable extends Failure {
  constructor(message: string, hint?: string, cause?: unknown) {
    super("unreachable", message, hint, cause);
    this.name = "Unreachable";
  }

  override get passing(): boolean {
    return true;
  }
}

/**
 * The broker closed the connection over an error of its own, or in what it received (AMQP 0-9-1: a connection exception). It may
 * pass, or be due to one message, and then it happens each time.
 */
export class ConnectionException extends Unreachable {
  readonly reply: Reply;

  constructor(reply: Reply, cause?: unknown) {
    super(`the broker closed the connection: ${reply.code} ${reply.text}`, undefined, cause);
    this.name = "ConnectionException";
    this.reply = reply;
  }
}

/** The broker ended a subscription: its queue was deleted, or its node went. Subscribing again tells which. */
export class Cancelled extends Failure {
  constructor(queue: string) {
    super(
      "refused",
      `the broker cancelled the subscription to queue "${queue}"`,
      "the queue was deleted, or its node has gone",
    );
    this.name = "Cancelled";
  }

  override get passing(): boolean {
    return true;
  }
}

/** What the broker sends cannot be decoded. It may have been a garbled byte, so it is tried again a few times. */
export class Undecodable extends Failure {
  constructor(reason: string, cause: unknown) {
    super(
      "undecodable",
      `a message from the broker cannot be decoded: ${reason}`,
      "what comes from a queue comes again: remove it with the management UI or --purge, or by a delivery limit of the queue, and --prefetch 1 so that no other counts",
      cause,
    );
    this.name = "Undecodable";
  }

  override get passing(): boolean {
    return true;
  }
}

/** The reader of our standard output has closed it: not an error, only a reason to stop. */
export class ReaderGone extends Error {
  constructor() {
    super("the reader of standard output has gone");
    this.name = "ReaderGone";
  }
}

/** A text (of a flag, a header, a record) that cannot be read; the message says what was expected, the hint the way out. */
export class ValueError extends Error {
  readonly hint: string | undefined;

  constructor(expected: string, hint?: string) {
    super(expected);
    this.name = "ValueError";
    this.hint = hint;
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The code that Node gives an error of the system, such as ECONNREFUSED; "" where there is none. */
export function errorCode(error: unknown): string {
  if (typeof error !== "object" || error === null || !("code" in error)) return "";
  return String(error.code);
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "no such file",
  ENOTDIR: "is no directory",
  EACCES: "not permitted to read it",
  EISDIR: "is a directory",
  ERR_FS_FILE_TOO_LARGE: "larger than 2 GiB",
};

/** Why a file cannot be read, in plain words. */
export function reasonOf(error: unknown): string {
  if (error instanceof ValueError) return error.message;
  const code = errorCode(error);
  return reasons[code] ?? (code === "" ? "cannot be read" : `cannot be read (${code})`);
}
