// Connection flags → as whom to log in, and where the password comes from. Pure: reads no file.
import { Secret, type PasswordPlan } from "../amqp/credentials.ts";
import { UsageError } from "../errors.ts";
import type { OptionsOf } from "./flag.ts";
import type { connectionFlags } from "./flags/connection.ts";
import type { Origin } from "./parse.ts";
import type { UrlParts } from "./url.ts";

type Options = OptionsOf<typeof connectionFlags>;

/** Who logs in, with which password. */
export interface Login {
  readonly username: string;
  readonly password: PasswordPlan;
}

/** How much an origin counts: what is typed overrides the environment. */
const rank: Readonly<Record<Origin, number>> = { flag: 2, environment: 1, default: 0 };

/**
 * User and password: --userpass, or --username with --password-file, AMQP_PASSWORD or a question; what they leave open
 * comes from the URL. What is typed beats the environment. @throws UsageError
 */
export function planLogin(
  options: Options,
  origin: (key: keyof Options) => Origin,
  url: UrlParts | undefined,
  passwordVariable: string | undefined,
): Login {
  const ranks = {
    userpass: rank[origin("userpass")],
    username: rank[origin("username")],
    passwordFile: rank[origin("passwordFile")],
    url: url?.username === undefined ? 0 : rank[origin("url")],
  };
  const others = Math.max(ranks.username, ranks.passwordFile);
  if (options.userpass !== undefined && ranks.userpass >= Math.max(others, ranks.url)) {
    if (ranks.userpass === others) throw twoWays();
    return splitUserpass(options.userpass);
  }
  const urlUser = url?.username;
  const username = ranks.username >= ranks.url ? (options.username ?? urlUser) : urlUser;
  const fromUrl = username === urlUser ? url?.password : undefined;
  const urlWins = fromUrl !== undefined && ranks.url > rank.environment;
  if (options.passwordFile !== undefined && (ranks.passwordFile >= ranks.url || !urlWins))
    return {
      username: username ?? "guest",
      password: { from: "file", path: options.passwordFile },
    };
  if (passwordVariable && !urlWins)
    return { username: username ?? "guest", password: known(passwordVariable) };
  if (username === undefined) return { username: "guest", password: known("guest") };
  return { username, password: fromUrl === undefined ? { from: "ask" } : known(fromUrl) };
}

/** All URLs of a list log in alike, for there is one password. @throws UsageError */
export function checkLogins([first, ...others]: readonly UrlParts[]): void {
  const isOther = ({ username, password }: UrlParts): boolean =>
    username !== undefined && (username !== first?.username || password !== first.password);
  if (others.some(isOther)) {
    throw new UsageError(
      "--url: the URLs name different users or passwords",
      "all brokers of a list are the same cluster: name one user, in the first URL",
    );
  }
}

function splitUserpass(userpass: string): Login {
  const colon = userpass.indexOf(":");
  if (colon < 1) {
    throw new UsageError(
      "--userpass: expected USER:PASSWORD",
      "to be asked for the password, use --username",
    );
  }
  return { username: userpass.slice(0, colon), password: known(userpass.slice(colon + 1)) };
}

function known(password: string): PasswordPlan {
  return { from: "known", secret: new Secret(password) };
}

function twoWays(): UsageError {
  return new UsageError(
    "--userpass excludes --username and --password-file",
    "give user and password one way",
  );
}
