// Brokers in Docker, by testcontainers: the same throwaway broker as node.ts gives, where only an engine is at hand.
// The engine's own reaper removes forgotten containers; the keeper does so too, for engines that have no reaper.
import { randomBytes } from "node:crypto";
import type { StartedRabbitMQContainer } from "@testcontainers/rabbitmq";
import type { BrokerOptions, OwnBroker } from "../broker.ts";
import { rabbitmqctl } from "./administration.ts";
import { awaitGreeting, awaitRefusal, freePorts } from "./greeting.ts";
import { type Keeper, startKeeper } from "./keeper.ts";
import { loopbackWays } from "./loopback.ts";

const image = "rabbitmq:4-management";
const startMs = 60_000;

/** Whether a Docker engine answers within five seconds; a `docker` command alone says nothing. */
export async function engineAnswers(): Promise<boolean> {
  const { getContainerRuntimeClient } = await import("testcontainers");
  const found = getContainerRuntimeClient().then(
    () => true,
    () => false,
  );
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), 5_000);
  });
  return Promise.race([found, late]).finally(() => clearTimeout(timer));
}

/** Starts one container; some five seconds when the image is there. Rejects when the image cannot be had. */
export async function startContainer(options: BrokerOptions): Promise<OwnBroker> {
  const keeper = startKeeper();
  const name = `amqp-pubcon-${randomBytes(6).toString("hex")}`;
  keeper.command("docker", "rm", "--force", "--volumes", name);
  try {
    return await launch(keeper, name, options);
  } catch (error) {
    await keeper.release();
    throw error;
  }
}

async function launch(keeper: Keeper, name: string, options: BrokerOptions): Promise<OwnBroker> {
  const { RabbitMQContainer } = await import("@testcontainers/rabbitmq");
  // Fixed ports: a client that reconnects after a restart must find the broker where it was.
  const [port = 0, tlsPort = 0] = await freePorts(2);
  const ports = [
    { container: 5672, host: port },
    { container: 5671, host: tlsPort },
  ];
  const definition = new RabbitMQContainer(image)
    .withName(name)
    .withExposedPorts(...ports)
    .withStartupTimeout(startMs)
    .withCopyFilesToContainer(certificateFiles(options))
    .withCopyContentToContainer([
      {
        content: containerConfig(options),
        target: "/etc/rabbitmq/conf.d/90-test.conf",
        mode: 0o644,
      },
      { content: pluginList(options), target: "/etc/rabbitmq/enabled_plugins", mode: 0o644 },
    ]);
  const container = await definition.start();
  return ownBroker(keeper, container, port, options.tls === undefined ? undefined : tlsPort);
}

async function ownBroker(
  keeper: Keeper,
  container: StartedRabbitMQContainer,
  port: number,
  tlsPort: number | undefined,
): Promise<OwnBroker> {
  const { getContainerRuntimeClient } = await import("testcontainers");
  const handle = (await getContainerRuntimeClient()).container.getById(container.getId());
  const host = "127.0.0.1";
  const remote = container.getHost();
  const version = await awaitGreeting({ host: remote, port }, startMs);
  const ways = await loopbackWays(remote, tlsPort === undefined ? [port] : [port, tlsPort]);
  const admin = { kind: "container", id: container.getId() } as const;
  const kill9 = async () => {
    const { State } = await handle.inspect();
    await Promise.all(ways.map((way) => way.shut()));
    if (State.Running) await handle.kill({ signal: "SIGKILL" });
    await awaitRefusal({ host: remote, port });
  };
  const restart = async () => {
    await kill9();
    await handle.start();
    await awaitGreeting({ host: remote, port }, startMs);
    await Promise.all(ways.map((way) => way.open()));
  };
  const stop = async () => {
    await Promise.all(ways.map((way) => way.shut()));
    await container.stop({ timeout: 0 });
    await keeper.release();
  };
  const url = `amqp://guest:guest@${host}:${port}`;
  const ctl = (...args: readonly string[]) => rabbitmqctl(admin, args);
  return { kind: "docker", url, host, port, tlsPort, version, admin, ctl, kill9, restart, stop };
}

function certificateFiles({
  tls,
}: BrokerOptions): { source: string; target: string; mode: number }[] {
  if (tls === undefined) return [];
  const mode = 0o644;
  return [
    { source: tls.ca, target: "/etc/rabbitmq/ca.pem", mode },
    { source: tls.cert, target: "/etc/rabbitmq/cert.pem", mode },
    { source: tls.key, target: "/etc/rabbitmq/key.pem", mode },
  ];
}

function containerConfig({ tls, config }: BrokerOptions): string {
  const tlsLines =
    tls === undefined
      ? []
      : [
          "listeners.ssl.default = 5671",
          "ssl_options.cacertfile = /etc/rabbitmq/ca.pem",
          "ssl_options.certfile = /etc/rabbitmq/cert.pem",
          "ssl_options.keyfile = /etc/rabbitmq/key.pem",
          "ssl_options.verify = verify_peer",
          `ssl_options.fail_if_no_peer_cert = ${tls.certificateNeeded ?? false}`,
        ];
  return [
    "loopback_users = none",
    "disk_free_limit.absolute = 50MB",
    ...tlsLines,
    ...(config ?? []),
    "",
  ].join("\n");
}

function pluginList({ plugins }: BrokerOptions): string {
  return `[${(plugins ?? []).join(",")}].\n`;
}
