// amqp:// URLs as the RabbitMQ URI specification has them (rabbitmq.com/docs/uri-spec).
import { UsageError } from "../errors.ts";
import { isName } from "../message/text.ts";

/** The parts that a URL names; absent ones come from flags and defaults. */
export interface UrlParts {
  readonly host: string | undefined;
  readonly port: number | undefined;
  readonly vhost: string | undefined;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly tls: boolean;
}

const hint =
  'write it as amqp://USER:PASSWORD@HOST:PORT/VHOST; encode special characters: "#" is %23, "/" is %2F, "@" is %40';

/** The URLs of a fail-over list. Commas within a URL belong to it. */
export function splitUrls(list: string): readonly string[] {
  return list.split(/,\s*(?=amqps?:)/i);
}

/** The password of the user guest of every new broker is not a secret, nor is an empty one. */
export function isSecret(password: string | undefined): boolean {
  return password !== undefined && password !== "" && password !== "guest";
}

/**
 * The passwords in what is meant as URLs, which may be malformed or part of another text. Each ends before the next URL, and
 * rather late than early: what looks like a vhost with an "@" may be the rest of a password that is not encoded.
 */
const passwordPattern = /(?<=\/\/[^:/]*:)(?:(?!amqps?:\/\/).)*(?=@)/gis;

/** The password in a URL, as it is written there; undefined where there is none. An "@" in the vhost does not end it. */
export function findPassword(url: string): string | undefined {
  const text = URL.parse(url.trim()) ? splitPath(url).place : url;
  return text.match(passwordPattern)?.[0];
}

/** `amqp://alice:secret@host` → `amqp://alice:***@host`, also within another text; but our own hint stays as it is. */
export function hidePassword(text: string): string {
  return text === hint ? text : text.replace(passwordPattern, (found) => found && "***");
}

/** `amqp://alice:secret@host` → `amqp://alice@host`; what everybody knows stays. */
export function dropPassword(url: string): string {
  const password = findPassword(url);
  return isSecret(password) ? url.replace(`:${password}@`, "@") : url;
}

/** A URL up to its path, and the path as it is written: parsing would drop what looks like `..` in it. */
export function splitPath(url: string): { readonly place: string; readonly path: string } {
  const [, place = "", path = ""] = /^([^/]*\/\/[^/?#]*)([^?#]*)/.exec(url.trim()) ?? [];
  return { place, path };
}

/** Where a URL was given. */
export type UrlPlace = "--url" | "AMQP_URL" | "the profile's url";

/** Reads one URL; `given` says where it was. Errors never show it: it may hold a password. @throws UsageError */
export function readUrl(text: string, given: UrlPlace): UrlParts {
  const wrong: Wrong = (what, way = hint) => new UsageError(`${given}: ${what}`, way);
  const url = parseUrl(text.trim(), wrong);
  checkParts(url, wrong);
  const { path } = splitPath(text);
  if (path.slice(1).includes("/")) throw wrong('the vhost holds a "/" that is not encoded');
  const decode = (part: string, encoded: string): string => {
    try {
      return decodeURIComponent(encoded);
    } catch {
      throw wrong(`the ${part} is not percent-encoded UTF-8`);
    }
  };
  const vhost = decode("vhost", path.slice(1));
  if (!isName(vhost))
    throw wrong("the vhost is longer than the 255 bytes that AMQP allows", "check it");
  return {
    host: decode("host", url.hostname.replace(/^\[|\]$/g, "")) || undefined,
    port: url.port === "" ? undefined : Number(url.port),
    vhost: vhost || undefined,
    username: decode("user", url.username) || undefined,
    // `alice:@` has an empty password, `alice@` none: the parsed URL no longer tells them apart.
    password: findPassword(text) === undefined ? undefined : decode("password", url.password),
    tls: url.protocol === "amqps:",
  };
}

/** The error that says what is wrong with a URL; the way out is how to write one, unless another is named. */
type Wrong = (what: string, way?: string) => UsageError;

function parseUrl(text: string, wrong: Wrong): URL {
  // The parser would silently drop them.
  if (/\p{Cc}/u.test(text))
    throw wrong("holds a control character", "encode it: a TAB is %09, the end of a line %0A");
  if (!/^amqps?:\/\//i.test(text))
    throw wrong("expected a URL that begins with amqp:// or amqps://");
  const url = URL.parse(text);
  if (url) return url;
  throw wrong(
    text.includes(",")
      ? "a list of URLs has a comma between two, no blank, and each begins with amqp://"
      : "the host or the port cannot be read; a port is at most 65535",
  );
}

/** What the parser takes, and a connection does not. */
function checkParts(url: URL, wrong: Wrong): void {
  if (url.port === "0") throw wrong("expected a port from 1 to 65535");
  if (url.search !== "")
    throw wrong(
      'parameters after "?" are not read',
      "use the flags instead, for example --heartbeat or --cafile",
    );
  if (url.hash !== "") throw wrong('holds a "#" that is not encoded');
  if (url.hostname.includes(","))
    throw wrong('the host holds a ","', "each URL of a list begins with amqp:// or amqps://");
}
