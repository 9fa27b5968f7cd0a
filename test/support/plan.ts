// What a command line means, without running it: for tests of flags. The environment is empty but for what is given.
import { con, planConsume } from "../../src/cli/con.ts";
import { parse, type Profile } from "../../src/cli/parse.ts";
import { planPublish, planRpc, pub } from "../../src/cli/pub.ts";
import { UsageError } from "../../src/errors.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** The options of amqp-pub, as typed. */
export const parsePub = (argv: readonly string[], env: Environment = {}, profile?: Profile) =>
  parse(pub.name, pub.flags, argv, env, profile);

/** The options of amqp-con, as typed. */
export const parseCon = (argv: readonly string[], env: Environment = {}, profile?: Profile) =>
  parse(con.name, con.flags, argv, env, profile);

/** What amqp-pub would do. */
export const planPub = (argv: readonly string[], env: Environment = {}) =>
  planPublish(parsePub(argv, env));

/** What amqp-pub --rpc would do. */
export const planAsking = (argv: readonly string[], env: Environment = {}) =>
  planRpc(parsePub(["--rpc", ...argv], env));

/** What amqp-con would do. */
export const planCon = (argv: readonly string[], env: Environment = {}) =>
  planConsume(parseCon(argv, env));

/** The message and hint of the wrong use that a call throws, on two lines. */
export function wrongUse(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return error.hint === undefined ? error.message : `${error.message}\nhint: ${error.hint}`;
  }
  throw new Error("expected a UsageError, but nothing was thrown");
}
