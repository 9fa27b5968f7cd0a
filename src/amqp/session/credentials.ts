// Who we are at the broker. Secrets leave this file and tls.ts only towards amqplib and node:tls.
import { inspect } from "node:util";
import { credentials } from "amqplib";
import { reasonOf, UsageError, ValueError } from "../../errors.ts";
import { readFirstLine } from "../../input.ts";

/** A text that never shows in output, errors, JSON or inspection. */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return "***";
  }

  toJSON(): string {
    return "***";
  }

  [inspect.custom](): string {
    return "***";
  }
}

/** Where the password comes from; `ask` on the terminal. */
export type PasswordPlan =
  | { readonly from: "known"; readonly secret: Secret }
  | { readonly from: "file"; readonly path: string }
  | { readonly from: "ask" };

/** Reads, or asks for, a password. @throws UsageError when the file cannot be read */
export async function readPassword(
  plan: PasswordPlan,
  ask: () => Promise<string>,
): Promise<Secret> {
  if (plan.from === "known") return plan.secret;
  if (plan.from === "ask") return new Secret(await ask());
  const secret = await readSecretFile(plan.path, "--password-file", notTyped);
  if (secret.reveal() !== "") return secret;
  throw new UsageError(`--password-file "${plan.path}": its first line is empty`);
}

const notTyped = "it names a file; a password itself goes into AMQP_PASSWORD, or is asked for";

/** The first line of a file, or of standard input for `-`. @throws UsageError naming the flag, with `hint` when it cannot be read */
export async function readSecretFile(path: string, flag: string, hint?: string): Promise<Secret> {
  try {
    return new Secret(await readFirstLine(path));
  } catch (error) {
    const way = error instanceof ValueError ? error.hint : hint;
    throw new UsageError(`${flag} "${path}": ${reasonOf(error)}`, way, error);
  }
}

/** What amqplib wants as its `credentials` option. */
export function toCredentials(
  auth: "plain" | "external",
  username: string,
  password: Secret | undefined,
) {
  return auth === "external"
    ? credentials.external()
    : credentials.plain(username, password?.reveal() ?? "");
}
