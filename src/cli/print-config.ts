// --print-config: every option with its value and where that came from, as TOML that is a profile.
import { type Flag, type FlagTable, isRepeatable, kebab, variable } from "./flag.ts";
import { bySection } from "./generate/listing.ts";
import { rank, type Profile, type Readings } from "./parse.ts";
import { DEFAULT, isChoosing } from "./profile.ts";
import { dropPassword, hidePassword, splitPath, splitUrls } from "./url.ts";

/** Where the comment that names the origin begins, when the value leaves room. */
const COMMENT_COLUMN = 40;

/** How much of a secret may be shown; of others nothing is. */
const reveal: Readonly<Record<string, (text: string) => string>> = {
  url: (text) => mapUrls(text, hidePassword),
  // Without a colon it is wrong, and perhaps only the password.
  userpass: (text) => (text.includes(":") ? text.replace(/:.*/s, ":***") : "***"),
};

/** What of a connection a URL may name. */
const urlParts: Readonly<Record<string, (url: URL) => boolean>> = {
  serverName: (url) => url.hostname !== "",
  portNumber: (url) => url.port !== "",
  vhost: (url) => url.pathname.length > 1,
  username: (url) => url.username !== "",
  passwordFile: (url) => url.password !== "",
};

/**
 * The text. What would not be the same in a profile stands in comments: defaults, what is overridden, and passwords. `location`
 * is where the file was looked for.
 */
export function printConfig(
  program: string,
  flags: FlagTable,
  readings: Readings,
  location: string | undefined,
): string {
  const entries = Object.entries(flags)
    .map(([key, flag]) => ({ key, flag }))
    .filter(({ key, flag }) => !flag.ignored && !flag.typedOnly && !isChoosing(key));
  const sections = bySection(entries).map(({ group, entries: part }) =>
    [`# ${group}`, ...part.map(({ key, flag }) => line(key, flag, readings)), ""].join("\n"),
  );
  const head = [
    `# The options of ${program}, and where each came from.`,
    `# ${describeFile(readings.profile, location)}`,
    `[${toKey(readings.profile?.name ?? DEFAULT)}]`,
  ];
  return [...head, "", ...sections].join("\n");
}

function describeFile(profile: Profile | undefined, location: string | undefined): string {
  if (profile) return `Profile: ${toToml(profile.name)} of ${toToml(profile.file)}`;
  return location === undefined
    ? "No profile: there is no home folder to look for one."
    : `No profile. One named default would be taken from ${toToml(location)}`;
}

function line(key: string, flag: Flag, readings: Readings): string {
  const origin = describeOrigin(key, readings);
  const texts = readings.texts(key) ?? (flag.shownDefault === undefined ? [] : [flag.shownDefault]);
  const name = kebab(key);
  const user = key === "username" ? userOfUserpass(readings) : undefined;
  if (user !== undefined)
    return row(`username = ${toToml(user)}`, `${describeOrigin("userpass", readings)}, its user`);
  const victor = overridingFlag(key, readings);
  const comment = victor ? `${origin}, but ${victor} counts more` : origin;
  // What nobody has set stays unset in a profile: some flags mean more when they are given.
  const mark = victor || readings.origin(key) === "default" ? "# " : "";
  if (flag.takes === "none")
    return row(`${mark}${name} = ${String(readings.options[key])}`, comment);
  if (texts.length === 0) return row(`# ${name}`, "not set");
  if (key === "url") return urlLine(texts.at(-1) ?? "", comment);
  const shown = flag.secret ? texts.map((text) => showSecret(key, text)) : texts;
  const isHidden = shown.some((text, i) => text !== texts[i]);
  // A flag that is not repeatable has its last text; a list of one may be written without brackets.
  const isList = isRepeatable(flag);
  const value =
    isList && shown.length > 1 ? `[${shown.map(toToml).join(", ")}]` : toToml(shown.at(-1) ?? "");
  return row(`${isHidden ? "# " : mark}${name} = ${value}`, comment);
}

/** Host, port, user and vhost are worth keeping where the password must not be. */
function urlLine(text: string, origin: string): string {
  const isRead = splitUrls(text).every(isUrl);
  const shown = mapUrls(text, dropPassword);
  const isWhole = shown === mapUrls(text, (place) => place);
  const comment = isWhole ? origin : `${origin}, without its password`;
  return row(`${isRead ? "" : "# "}url = ${toToml(shown)}`, comment);
}

/** What takes the place of this part of the connection; undefined where nothing does. */
function overridingFlag(key: string, readings: Readings): string | undefined {
  const own = rank[readings.origin(key)];
  if (
    key === "passwordFile" &&
    readings.texts("userpass") &&
    rank[readings.origin("userpass")] >= own
  )
    return "--userpass";
  return rank[readings.origin("url")] > own && isInUrl(key, readings) ? "the URL" : undefined;
}

/** The user that --userpass names, where it counts; a profile has no --userpass, which is a secret. */
function userOfUserpass(readings: Readings): string | undefined {
  const [, user] = /^([^:]+):/.exec(readings.texts("userpass")?.at(-1) ?? "") ?? [];
  const url = isInUrl("username", readings) ? rank[readings.origin("url")] : 0;
  const others = Math.max(rank[readings.origin("username")], url);
  return rank[readings.origin("userpass")] >= others ? user : undefined;
}

function isInUrl(key: string, readings: Readings): boolean {
  const urls = splitUrls(readings.texts("url")?.at(-1) ?? "").map((url) => URL.parse(url.trim()));
  return urls.some((url) => url !== null && urlParts[key]?.(url));
}

/** As much of a secret flag's value as may be shown. */
export function showSecret(key: string, text: string): string {
  return reveal[key]?.(text) ?? "***";
}

function row(setting: string, comment: string): string {
  return `${setting.padEnd(COMMENT_COLUMN)} # ${comment}`;
}

function describeOrigin(key: string, readings: Readings): string {
  switch (readings.origin(key)) {
    case "flag":
      return `flag --${kebab(key)}`;
    case "environment":
      return `environment ${variable(key)}`;
    case "profile":
      return `profile ${toToml(readings.profile?.name ?? "")}`;
    case "default":
      return "default";
  }
}

/** Each URL without what follows its path, which is never read; what is not a URL is hidden entirely. */
function mapUrls(list: string, show: (place: string) => string): string {
  return splitUrls(list)
    .map((text) => {
      const { place, path } = splitPath(text);
      return isUrl(text) ? `${show(place)}${path}` : "***";
    })
    .join(",");
}

function isUrl(text: string): boolean {
  return /^amqps?:\/\//i.test(text.trim()) && URL.canParse(text.trim());
}

function toKey(name: string): string {
  return /^[\w-]+$/.test(name) ? name : toToml(name);
}

/** A whole number as it is, any other text as a TOML string without anything that could act on a terminal. */
function toToml(text: string): string {
  if (/^(0|[1-9]\d{0,14})$/.test(text)) return text;
  const escaped = text
    .replace(/["\\]/g, (character) => `\\${character}`)
    .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) => {
      const code = (character.codePointAt(0) ?? 0).toString(16);
      return code.length > 4 ? `\\U${code.padStart(8, "0")}` : `\\u${code.padStart(4, "0")}`;
    });
  return `"${escaped}"`;
}
