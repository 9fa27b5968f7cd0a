// Connection and TLS flags → where to connect, and as whom. Pure: reads no file and opens nothing.
import type { Target, TargetFlags } from "../amqp/session/target.ts";
import type { ConnectionPlan } from "../amqp/session/session.ts";
import type { TlsPlan } from "../amqp/session/tls.ts";
import { UsageError } from "../errors.ts";
import { version } from "../version.ts";
import { checkSize } from "./argument-table.ts";
import type { OptionsOf } from "./flag.ts";
import type { connectionFlags } from "./flags/connection.ts";
import type { tlsFlags } from "./flags/tls.ts";
import { rank, type Origin, type Origins } from "./parse.ts";
import { checkLogins, planLogin } from "./login-plan.ts";
import { isSecret, readUrl, splitUrls, type UrlParts, type UrlPlace } from "./url.ts";

type Options = OptionsOf<typeof connectionFlags & typeof tlsFlags>;

/** What connects, and what to warn about; `program` is named in the broker's list of connections. @throws UsageError */
export function planConnection(
  options: Options,
  origins: Origins<keyof Options>,
  program: string,
): ConnectionPlan & { readonly warnings: readonly string[] } {
  checkTls(options);
  const place = spell(origins.origin("url"));
  const urls = (options.url === undefined ? [] : splitUrls(options.url)).map((url) =>
    readUrl(url, place),
  );
  checkLogins(urls);
  const login = planLogin(options, origins, urls[0]);
  const targets = (urls.length > 0 ? urls : [undefined]).map((url) =>
    planTarget(options, origins, url, login.username),
  );
  const usesTls = targets.some((target) => target.tls);
  return {
    targets,
    password: options.auth === "external" ? undefined : login.password,
    tls: usesTls ? planTls(options) : undefined,
    waitMs: options.wait,
    maxOutageMs: options.maxOutage,
    settings: {
      auth: options.auth,
      connectTimeoutMs: options.connectTimeout,
      heartbeatMs: options.heartbeat,
      channelMax: options.channelMax,
      frameMax: options.frameMax,
      clientProperties: checkSize(
        { connection_name: options.connectionName ?? program, product: program, version },
        "--connection-name",
      ),
    },
    warnings: [
      ...warnUnsecured(options, targets),
      ...warnShown(options, origins, urls),
      ...warnInsecure(options, usesTls),
    ],
  };
}

/** How errors name the URL. */
function spell(origin: Origin): UrlPlace {
  if (origin === "environment") return "AMQP_URL";
  return origin === "profile" ? "the profile's url" : "--url";
}

function checkTls(options: Options): void {
  const { cert, key, pfx, auth, passphraseFile } = options;
  if ((cert === undefined) !== (key === undefined)) {
    throw new UsageError(
      `--${cert === undefined ? "key" : "cert"} needs --${cert === undefined ? "cert" : "key"}`,
    );
  }
  if (pfx !== undefined && cert !== undefined)
    throw new UsageError("--pfx excludes --cert and --key");
  if (passphraseFile !== undefined && pfx === undefined && key === undefined) {
    throw new UsageError("--passphrase-file needs --key or --pfx");
  }
  if (auth === "external" && cert === undefined && pfx === undefined) {
    throw new UsageError(
      "--auth external needs a client certificate",
      "give it with --cert and --key, or --pfx",
    );
  }
  if (options.insecure && options.cafile !== undefined) {
    throw new UsageError(
      "--insecure excludes --cafile",
      "--cafile verifies the broker, --insecure does not",
    );
  }
}

function planTarget(
  options: Options,
  { origin }: Origins<keyof Options>,
  url: UrlParts | undefined,
  username: string,
): Target {
  const tls = wantsTls(options) || url?.tls === true;
  // Beside a URL from the same place it says more precisely what is meant, and so it counts more.
  const counts = (key: keyof Options): boolean => rank[origin(key)] >= rank[origin("url")];
  const host = counts("serverName") ? undefined : url?.host;
  const port = counts("portNumber") && options.portNumber !== undefined ? undefined : url?.port;
  return {
    host: host ?? options.serverName,
    port: port ?? options.portNumber ?? (tls ? 5671 : 5672),
    vhost: counts("vhost") ? options.vhost : (url?.vhost ?? options.vhost),
    tls,
    username,
    flags: planFlags(options, { host, port }),
  };
}

/** `url`: what of the URL counts. A port that nobody has named belongs to the host. */
function planFlags(
  { portNumber, subjectname, cert, pfx }: Options,
  url: Pick<UrlParts, "host" | "port">,
): TargetFlags {
  const host = url.host === undefined ? "--server-name" : "--url";
  const isInUrl = url.port !== undefined || (portNumber === undefined && host === "--url");
  return {
    host,
    port: isInUrl ? "--url" : "--port-number",
    subjectname: subjectname === undefined ? undefined : "--subjectname",
    certificate: cert !== undefined ? "--cert and --key" : pfx === undefined ? undefined : "--pfx",
  };
}

function wantsTls({ enableTls, cafile, subjectname, insecure, cert, pfx, auth }: Options): boolean {
  return (
    enableTls ||
    insecure ||
    auth === "external" ||
    [cafile, subjectname, cert, pfx].some((value) => value !== undefined)
  );
}

function planTls({
  cafile,
  subjectname,
  insecure,
  cert,
  key,
  pfx,
  passphraseFile,
}: Options): TlsPlan {
  return { cafile, subjectname, insecure, cert, key, pfx, passphraseFile };
}

/** The sample's warning for --userpass; for other passwords only when they leave this machine. */
function warnUnsecured(options: Options, targets: readonly Target[]): readonly string[] {
  const plain = targets.filter((target) => !target.tls);
  const leaves = plain.some((target) => !isLoopback(target.host));
  const unsecured = plain.length > 0 && (options.userpass !== undefined || leaves);
  return unsecured ? ["the connection is not secured."] : [];
}

/** A typed password stands in the process list until the program has started and replaced its title. */
function warnShown(
  { userpass }: Options,
  { typed }: Origins<keyof Options>,
  urls: readonly UrlParts[],
): readonly string[] {
  const passwords = {
    userpass: [userpass?.replace(/^[^:]*:/, "")],
    url: urls.map(({ password }) => password),
  };
  return (["userpass", "url"] as const)
    .filter((key) => typed(key) && passwords[key].some(isSecret))
    .map(
      (key) =>
        `ps may show the password of --${key} to other users of this machine; AMQP_PASSWORD or --password-file hides it.`,
    );
}

function isLoopback(name: string): boolean {
  const host = name.toLowerCase().replace(/\.$/, "");
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}

function warnInsecure(options: Options, usesTls: boolean): readonly string[] {
  return usesTls && options.insecure
    ? ["--insecure: the broker's certificate is not verified; anybody could answer in its place."]
    : [];
}
