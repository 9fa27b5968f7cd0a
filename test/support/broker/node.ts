// Brokers as plain processes: throwaway nodes of the RabbitMQ that is installed on this machine, on loopback only, with
// their own data folder, ports, cookie and port mapper (epmd). A system broker is neither used nor touched.
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, open, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import type { OwnBroker, BrokerOptions } from "../broker.ts";
import { type Administration, type Env, rabbitmqctl } from "./administration.ts";
import { awaitGreeting, awaitRefusal, freePorts } from "./greeting.ts";
import { type Keeper, startKeeper } from "./keeper.ts";

const startMs = 60_000;

/** What the nodes of one cluster share. */
interface Site {
  readonly server: string;
  readonly folder: string;
  readonly keeper: Keeper;
  readonly env: Env;
}

interface Node {
  readonly site: Site;
  readonly name: string;
  readonly port: number;
  readonly tlsPort: number | undefined;
  readonly env: Env;
  readonly admin: Administration;
}

/** Starts one node of the `rabbitmq-server` given by its path; about two seconds. */
export async function startNode(server: string, options: BrokerOptions): Promise<OwnBroker> {
  const site = await createSite(server);
  try {
    return await launch(await prepareNode(site, "solo", options));
  } catch (error) {
    await site.keeper.release();
    throw error;
  }
}

/**
 * Starts `size` nodes that form one cluster, in some ten seconds; stopping any of them for good stops all.
 * The first is up before the others look for it: nodes that all start at once wait for each other's locks far longer.
 */
export async function startNodes(
  server: string,
  size: number,
  options: BrokerOptions,
): Promise<readonly OwnBroker[]> {
  const site = await createSite(server);
  const joining = (name: string): BrokerOptions => ({
    ...options,
    config: [...(options.config ?? []), ...discovery(["node1", name])],
  });
  try {
    const first = await launch(await prepareNode(site, "node1", options));
    const names = Array.from({ length: size - 1 }, (_, index) => `node${index + 2}`);
    const others = await Promise.all(names.map((name) => prepareNode(site, name, joining(name))));
    const nodes = [first, ...(await Promise.all(others.map(launch)))];
    await first.ctl("-q", "await_online_nodes", String(size), "--timeout", "30");
    return nodes;
  } catch (error) {
    await site.keeper.release();
    throw error;
  }
}

function discovery(names: readonly string[]): readonly string[] {
  const key = "cluster_formation.classic_config.nodes";
  return [
    "cluster_formation.peer_discovery_backend = classic_config",
    ...names.map((name, index) => `${key}.${index + 1} = ${name}@localhost`),
  ];
}

async function createSite(server: string): Promise<Site> {
  const keeper = startKeeper();
  const folder = await mkdtemp(path.join(tmpdir(), "amqp-pubcon-"));
  const [epmdPort] = await freePorts(1);
  keeper.folder(folder);
  keeper.epmd(epmdPort ?? 0);
  await writeFile(path.join(folder, ".erlang.cookie"), randomBytes(15).toString("hex"), {
    mode: 0o400,
  });
  await writeFile(path.join(folder, "empty.conf"), "");
  await writeFile(path.join(folder, "advanced.config"), "[].\n");
  const env = {
    HOME: folder,
    PATH: `${path.dirname(server)}:${process.env["PATH"] ?? ""}:/usr/sbin:/usr/bin:/sbin:/bin`,
    LANG: "C.UTF-8",
    LC_ALL: "C.UTF-8",
    ERL_EPMD_PORT: String(epmdPort),
    ERL_EPMD_ADDRESS: "127.0.0.1",
    // What the broker's commands leave when they fail belongs to nobody.
    ERL_CRASH_DUMP: "/dev/null",
    RABBITMQ_CONF_ENV_FILE: path.join(folder, "empty.conf"),
    RABBITMQ_ADVANCED_CONFIG_FILE: path.join(folder, "advanced.config"),
  };
  return { server, folder, keeper, env };
}

async function prepareNode(site: Site, name: string, options: BrokerOptions): Promise<Node> {
  const home = path.join(site.folder, name);
  const [port = 0, tlsPort = 0, distributionPort = 0] = await freePorts(3);
  await mkdir(path.join(home, "conf.d"), { recursive: true });
  await writeFile(path.join(home, "rabbitmq.conf"), nodeConfig(port, tlsPort, options).join("\n"));
  await writeFile(path.join(home, "enabled_plugins"), `[${(options.plugins ?? []).join(",")}].\n`);
  const env = {
    ...site.env,
    RABBITMQ_NODENAME: `${name}@localhost`,
    RABBITMQ_DIST_PORT: String(distributionPort),
    RABBITMQ_CONFIG_FILE: path.join(home, "rabbitmq"),
    RABBITMQ_CONFIG_FILES: path.join(home, "conf.d"),
    RABBITMQ_MNESIA_BASE: path.join(home, "data"),
    RABBITMQ_LOG_BASE: path.join(home, "log"),
    RABBITMQ_PID_FILE: path.join(home, "pid"),
    RABBITMQ_ENABLED_PLUGINS_FILE: path.join(home, "enabled_plugins"),
    // One scheduler that does not spin: several nodes share a small machine with the tests.
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS:
      "+S 1:1 +sbwt none -kernel inet_dist_use_interface {127,0,0,1}",
  };
  const file = path.join(path.dirname(site.server), "rabbitmqctl");
  const admin = { kind: "program", file, args: ["-n", `${name}@localhost`], env } as const;
  return { site, name, port, tlsPort: options.tls === undefined ? undefined : tlsPort, env, admin };
}

function nodeConfig(port: number, tlsPort: number, options: BrokerOptions): readonly string[] {
  const { tls } = options;
  const tlsLines =
    tls === undefined
      ? []
      : [
          `listeners.ssl.1 = 127.0.0.1:${tlsPort}`,
          `ssl_options.cacertfile = ${tls.ca}`,
          `ssl_options.certfile = ${tls.cert}`,
          `ssl_options.keyfile = ${tls.key}`,
          "ssl_options.verify = verify_peer",
          `ssl_options.fail_if_no_peer_cert = ${tls.certificateNeeded ?? false}`,
        ];
  return [
    `listeners.tcp.1 = 127.0.0.1:${port}`,
    "disk_free_limit.absolute = 50MB",
    "vm_memory_high_watermark.absolute = 1GB",
    ...tlsLines,
    ...(options.config ?? []),
    "",
  ];
}

async function launch(node: Node): Promise<OwnBroker> {
  const { site, port, tlsPort, admin } = node;
  let running = await startServer(node);
  const kill9 = async () => {
    await killServer(site.keeper, running.child);
    await awaitRefusal({ host: "127.0.0.1", port });
  };
  return {
    kind: "node",
    url: `amqp://guest:guest@127.0.0.1:${port}`,
    host: "127.0.0.1",
    port,
    tlsPort,
    version: running.version,
    admin,
    ctl: (...args) => rabbitmqctl(admin, args),
    kill9,
    restart: async () => {
      await kill9();
      running = await startServer(node);
    },
    stop: () => site.keeper.release(),
  };
}

async function startServer(
  node: Node,
): Promise<{ readonly child: ChildProcess; readonly version: string }> {
  const { site, name, port, tlsPort } = node;
  const output = path.join(site.folder, name, "output");
  const log = await open(output, "a");
  const child = spawn(site.server, [], {
    detached: true,
    env: node.env,
    stdio: ["ignore", log.fd, log.fd],
  });
  const gone = new AbortController();
  child.on("error", () => gone.abort());
  child.on("exit", () => gone.abort());
  if (child.pid !== undefined) site.keeper.group(child.pid);
  child.unref();
  await log.close();
  try {
    const version = await awaitGreeting({ host: "127.0.0.1", port }, startMs, gone.signal);
    if (tlsPort !== undefined)
      await awaitGreeting({ host: "127.0.0.1", port: tlsPort, tls: true }, startMs, gone.signal);
    return { child, version };
  } catch (error) {
    const said = (await readFile(output, "utf8")).trim().split("\n").slice(-25).join("\n");
    throw new Error(`${site.server} did not start:\n${said}`, { cause: error });
  }
}

async function killServer(keeper: Keeper, child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.ref();
  process.kill(-child.pid, "SIGKILL");
  await ended;
  keeper.forget(child.pid);
}
