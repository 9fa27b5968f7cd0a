// Connection flags → as whom to log in, and where the password comes from. Pure: reads no file.
import { Secret, type PasswordPlan } from "../amqp/session/credentials.ts";
import { UsageError } from "../errors.ts";
import type { OptionsOf } from "./flag.ts";
import type { connectionFlags } from "./flags/connection.ts";
import { rank, type Origins } from "./parse.ts";
import type { UrlParts } from "./url.ts";

type Options = OptionsOf<typeof connectionFlags>;

/** Who logs in, with which password. */
export interface User {
  readonly username: string;
  readonly password: PasswordPlan;
}

/**
 * User and password: --userpass, or --username with --password-file, a password that is not typed, or a question; what
 * they leave open comes from the URL. What is typed beats the environment, which beats a profile. @throws UsageError
 */
export function planLogin(
  options: Options,
  { origin }: Origins<keyof Options>,
  url: UrlParts | undefined,
): User {
  const ranks = {
    userpass: rank[origin("userpass")],
    username: rank[origin("username")],
    passwordFile: rank[origin("passwordFile")],
    password: rank[origin("password")],
    url: url?.username === undefined ? 0 : rank[origin("url")],
  };
  const others = Math.max(ranks.username, ranks.passwordFile);
  if (options.userpass !== undefined && ranks.userpass >= Math.max(others, ranks.url)) {
    if (ranks.userpass === others) throw twoWays();
    const place = origin("userpass") === "environment" ? "AMQP_USERPASS" : "--userpass";
    const override = ranks.password > ranks.userpass ? options.password : undefined;
    return splitUserpass(options.userpass, place, override);
  }
  const urlUser = url?.username;
  // Its password alone is outranked, by a file.
  const ofPair =
    ranks.userpass >= Math.max(ranks.username, ranks.url) ? options.userpass : undefined;
  const other = ranks.username >= ranks.url ? (options.username ?? urlUser) : urlUser;
  const username =
    ofPair === undefined ? other : splitUserpass(ofPair, "--userpass", undefined).username;
  const fromUrl = username === urlUser ? url?.password : undefined;
  const lowest = fromUrl === undefined ? 0 : ranks.url;
  const path = ranks.passwordFile >= ranks.password ? options.passwordFile : undefined;
  if (path !== undefined && ranks.passwordFile >= lowest)
    return { username: username ?? "guest", password: { from: "file", path } };
  if (options.password !== undefined && ranks.password >= lowest)
    return { username: username ?? "guest", password: known(options.password) };
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

/** Its value is a secret: it is not shown. @throws UsageError */
function splitUserpass(userpass: string, place: string, override: string | undefined): User {
  const colon = userpass.indexOf(":");
  if (colon < 1) {
    throw new UsageError(
      `${place}: expected USER:PASSWORD`,
      "to be asked for the password, use --username",
    );
  }
  const username = userpass.slice(0, colon);
  return { username, password: known(override || userpass.slice(colon + 1)) };
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
