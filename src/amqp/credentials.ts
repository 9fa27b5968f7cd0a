// Who we are at the broker. Secrets leave this file and tls.ts only towards amqplib and node:tls.
import { read } from "node:fs";
import { inspect, promisify } from "node:util";
import { credentials } from "amqplib";
import { reasonOf, UsageError } from "../errors.ts";
import { openInput } from "../input.ts";

const NEWLINE = 0x0a;

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
  const secret = await (plan.path === "-"
    ? readFirstLine()
    : readSecretFile(plan.path, "--password-file"));
  if (secret.reveal() !== "") return secret;
  throw new UsageError(`--password-file "${plan.path}": its first line is empty`);
}

/** The first line of standard input, byte by byte: what comes behind it is somebody else's. @throws UsageError */
async function readFirstLine(): Promise<Secret> {
  const next = promisify(read);
  const line: number[] = [];
  const byte = Buffer.alloc(1);
  try {
    while (line.at(-1) !== NEWLINE && (await next(0, byte, 0, 1, null)).bytesRead > 0)
      line.push(...byte);
  } catch (error) {
    throw new UsageError(`--password-file "-": ${reasonOf(error)}`, undefined, error);
  }
  return firstLine(Buffer.from(line).toString("utf8"));
}

function firstLine(text: string): Secret {
  return new Secret(text.split(/\r?\n/, 1)[0] ?? "");
}

/** The first line of a file. @throws UsageError naming the flag */
export async function readSecretFile(path: string, flag: string): Promise<Secret> {
  let text = "";
  try {
    for await (const piece of (await openInput(path)).setEncoding("utf8")) {
      text += String(piece);
      if (text.includes("\n")) break;
    }
  } catch (error) {
    throw new UsageError(`${flag} "${path}": ${reasonOf(error)}`, undefined, error);
  }
  return firstLine(text);
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
