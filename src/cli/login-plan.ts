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
  origins: Origins<keyof Options>,
  url: UrlParts | undefined,
): User {
  const ranks = rankParts(origins, url);
  const { userpass } = options;
  const others = Math.max(ranks.username, ranks.passwordFile);
  if (userpass !== undefined && ranks.userpass >= Math.max(others, ranks.url)) {
    if (ranks.userpass === others) throw twoWays();
    const place = origins.origin("userpass") === "environment" ? "AMQP_USERPASS" : "--userpass";
    const override = ranks.password > ranks.userpass ? options.password : undefined;
    const { username, password } = splitUserpass(userpass, place);
    return { username, password: known(override || password) };
  }
  const username = chooseUser(options, ranks, url);
  const fromUrl = username !== undefined && username === url?.username ? url.password : undefined;
  const password = choosePassword(options, ranks, fromUrl);
  if (username === undefined) return { username: "guest", password: password ?? known("guest") };
  return { username, password: password ?? { from: "ask" } };
}

/** How much each part of a login counts. */
type Ranks = Readonly<
  Record<"userpass" | "username" | "passwordFile" | "password" | "url", number>
>;

function rankParts({ origin }: Origins<keyof Options>, url: UrlParts | undefined): Ranks {
  return {
    userpass: rank[origin("userpass")],
    username: rank[origin("username")],
    passwordFile: rank[origin("passwordFile")],
    password: rank[origin("password")],
    url: url?.username === undefined ? 0 : rank[origin("url")],
  };
}

/** Undefined when nobody is named. */
function chooseUser(
  { userpass, username }: Options,
  ranks: Ranks,
  url: UrlParts | undefined,
): string | undefined {
  // Only its password is outranked, by a file.
  if (userpass !== undefined && ranks.userpass >= Math.max(ranks.username, ranks.url))
    return splitUserpass(userpass, "--userpass").username;
  return ranks.username >= ranks.url ? (username ?? url?.username) : url?.username;
}

/** `fromUrl` is the URL's, where it belongs to the user. Undefined when none is given. */
function choosePassword(
  { passwordFile: path, password }: Options,
  ranks: Ranks,
  fromUrl: string | undefined,
): PasswordPlan | undefined {
  const least = fromUrl === undefined ? 0 : ranks.url;
  if (path !== undefined && ranks.passwordFile >= Math.max(ranks.password, least))
    return { from: "file", path };
  if (password !== undefined && ranks.password >= least) return known(password);
  return fromUrl === undefined ? undefined : known(fromUrl);
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
function splitUserpass(
  userpass: string,
  place: string,
): { readonly username: string; readonly password: string } {
  const colon = userpass.indexOf(":");
  if (colon < 1) {
    throw new UsageError(
      `${place}: expected USER:PASSWORD`,
      "to be asked for the password, use --username",
    );
  }
  return { username: userpass.slice(0, colon), password: userpass.slice(colon + 1) };
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
