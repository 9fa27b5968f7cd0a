// amqp:// URLs as the RabbitMQ URI specification has them (rabbitmq.com/docs/uri-spec).
import { UsageError } from "../errors.ts";

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

/** Reads one URL. Errors never show it, since it may hold a password. @throws UsageError */
export function readUrl(text: string): UrlParts {
  const url = URL.parse(text.trim());
  if (!url || !/^amqps?:$/.test(url.protocol))
    throw new UsageError("--url: expected a URL that begins with amqp:// or amqps://", hint);
  if (url.search !== "")
    throw new UsageError(
      `--url: parameters after "?" are not read`,
      "use the flags instead, for example --heartbeat or --cafile",
    );
  if (url.hash !== "") throw new UsageError(`--url: holds a "#" that is not encoded`, hint);
  const path = url.pathname.replace(/^\//, "");
  if (path.includes("/"))
    throw new UsageError(`--url: the vhost holds a "/" that is not encoded`, hint);
  return {
    host: decode(url.hostname.replace(/^\[|\]$/g, ""), "host") || undefined,
    port: url.port === "" ? undefined : Number(url.port),
    vhost: decode(path, "vhost") || undefined,
    username: decode(url.username, "user") || undefined,
    password:
      url.username === "" && url.password === "" ? undefined : decode(url.password, "password"),
    tls: url.protocol === "amqps:",
  };
}

function decode(text: string, part: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new UsageError(`--url: the ${part} is not percent-encoded UTF-8`, hint);
  }
}
