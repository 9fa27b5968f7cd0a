// Waiting for a condition without polling: who changes a state says changed(), who waits gives a check.
// It knows nothing of processes or sockets; the other files of test/support build on it.

/** How long a wait may last unless the caller says otherwise. */
export const DEADLINE_MS = 10_000;

/** One state that several can wait for. `describe` tells, for the error of a failed wait, how things stand. */
export class Watch {
  readonly #describe: () => string;
  readonly #looks = new Set<() => void>();
  #over: string | undefined;

  constructor(describe: () => string) {
    this.#describe = describe;
  }

  /** The state is another one now: every waiter looks again, at once. */
  changed(): void {
    for (const look of this.#looks) look();
  }

  /** The state will never change again; whoever still waits, or comes later in vain, gets `reason`. */
  finish(reason: string): void {
    this.#over = reason;
    this.changed();
  }

  /**
   * Resolves with what `check` returns as soon as that is neither `false` nor `undefined`.
   * Rejects after `timeoutMs`, or when the state is final, with `what` was waited for and how things stand; at once when
   * `check` throws.
   */
  async until<T>(
    what: string,
    check: () => T | false | undefined,
    timeoutMs = DEADLINE_MS,
  ): Promise<T> {
    const { promise, resolve, reject } = settlement<T>();
    const fail = (why: string): void =>
      reject(new Error(`waited in vain for ${what}: ${why}\n${this.#describe()}`));
    const look = (): void => {
      const found = attempt(check, reject);
      if (found !== undefined && found !== false) resolve(found);
      else if (this.#over !== undefined) fail(this.#over);
    };
    const deadline = setTimeout(() => fail(`not within ${timeoutMs} ms`), timeoutMs);
    this.#looks.add(look);
    try {
      look();
      return await promise;
    } finally {
      this.#looks.delete(look);
      clearTimeout(deadline);
    }
  }
}

/** A promise and its two ends (Promise.withResolvers is not in Node 20). */
export interface Settlement<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (reason: unknown) => void;
}

export function settlement<T>(): Settlement<T> {
  let resolve: (value: T) => void = nothing;
  let reject: (reason: unknown) => void = nothing;
  // oxlint-disable-next-line promise/param-names -- the usual names are taken by the two variables
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}

function nothing(): void {}

function attempt<T>(check: () => T, reject: (error: unknown) => void): T | undefined {
  try {
    return check();
  } catch (error) {
    reject(error);
    return undefined;
  }
}
