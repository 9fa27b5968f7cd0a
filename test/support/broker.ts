// Where a RabbitMQ comes from, for tests, `npm start` and benchmarks: the one file that knows the order of choice.
// Each way of starting one is a file in broker/; nobody else imports those.
import process from "node:process";
import { type Administration, rabbitmqctl } from "./broker/administration.ts";
import { engineAnswers, startContainer } from "./broker/container.ts";
import { awaitGreeting } from "./broker/greeting.ts";
import { findProgram, needProgram } from "./broker/installed.ts";
import { startNode, startNodes } from "./broker/node.ts";

/** Files in PEM format of the server's certificate, its key, and the authority that signs clients. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
  /** Clients must show a certificate. Default: they may. */
  readonly certificateNeeded?: boolean;
}

export interface BrokerOptions {
  /** Adds a TLS listener. */
  readonly tls?: TlsFiles;
  /** Lines for rabbitmq.conf. */
  readonly config?: readonly string[];
  readonly plugins?: readonly string[];
}

/** Where a broker is and what it is; plain data, but for the `ctl` of Broker. */
export interface BrokerAddress {
  readonly kind: "url" | "docker" | "node";
  /** With user and password. For `AMQP_URL` as it was given, perhaps several separated by commas. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly tlsPort: number | undefined;
  readonly version: string;
  /** Undefined for an `AMQP_URL` without `RABBITMQCTL`. */
  readonly admin: Administration | undefined;
}

export interface Broker extends BrokerAddress {
  /** rabbitmqctl on this broker; rejects when it fails. `stop_app` and `start_app` are a restart in good order. */
  readonly ctl: (...args: readonly string[]) => Promise<string>;
  /** Ends the broker and removes all of its data. Does nothing to an `AMQP_URL`. */
  readonly stop: () => Promise<void>;
}

/** A throwaway broker of our own, which a test may break. */
export interface OwnBroker extends Broker {
  /** Ends it as a crash would. Its data stay. */
  readonly kill9: () => Promise<void>;
  /** Starts it again with its data, on the same ports; crashes it first if it runs. */
  readonly restart: () => Promise<void>;
}

/** Brokers that form one cluster. */
export interface Cluster {
  readonly nodes: readonly OwnBroker[];
  readonly stop: () => Promise<void>;
}

/** The broker of `AMQP_URL` if that is set, else one of our own; `options` concern only our own. */
export async function findBroker(options: BrokerOptions = {}): Promise<Broker> {
  const url = process.env["AMQP_URL"];
  return url === undefined || url === "" ? startBroker(options) : brokerAt(url);
}

/**
 * Starts a throwaway broker: in Docker when its engine answers, else the `rabbitmq-server` of this machine, which is
 * installed first where that needs no question. `TEST_BROKER=docker` or `node` allows only that one.
 * It ends with this process at the latest, however that one ends.
 */
export async function startBroker(options: BrokerOptions = {}): Promise<OwnBroker> {
  const wanted = process.env["TEST_BROKER"];
  if (wanted !== "node" && (await engineAnswers())) {
    try {
      return await startContainer(options);
    } catch (error) {
      if (wanted === "docker") throw error;
      say(`Docker could not start a RabbitMQ (${String(error)}); trying rabbitmq-server`);
    }
  }
  if (wanted === "docker") throw new Error("TEST_BROKER=docker, but no Docker engine answers");
  return startNode(await serverHere(), options);
}

/**
 * Starts `size` local nodes as one cluster: for quorum queues and for killing leaders.
 * Needs a `rabbitmq-server` on this machine; `clusterAvailable` tells.
 */
export async function startCluster(size = 3, options: BrokerOptions = {}): Promise<Cluster> {
  const nodes = await startNodes(await serverHere(), size, options);
  return {
    nodes,
    stop: async () => {
      await Promise.all(nodes.map((node) => node.stop()));
    },
  };
}

/** Whether `startCluster` can work without installing anything. */
export async function clusterAvailable(): Promise<boolean> {
  return (await findProgram("rabbitmq-server")) !== undefined;
}

function serverHere(): Promise<string> {
  return needProgram("rabbitmq-server", noBroker, say);
}

async function brokerAt(url: string): Promise<Broker> {
  const [address = ""] = url.split(",");
  if (!URL.canParse(address))
    throw new Error("AMQP_URL is no URL like amqp://guest:guest@localhost:5672");
  const first = new URL(address);
  const tls = first.protocol === "amqps:";
  const host = first.hostname.replaceAll(/[[\]]/g, "");
  const port = Number(first.port) || (tls ? 5671 : 5672);
  const command = process.env["RABBITMQCTL"];
  const admin =
    command === undefined || command === "" ? undefined : ({ kind: "shell", command } as const);
  const version = await awaitGreeting({ host, port, tls }, 5_000).catch((error: unknown) => {
    throw new Error(`AMQP_URL is set, but no broker answers at ${host}:${port}`, { cause: error });
  });
  return {
    kind: "url",
    url,
    host,
    port,
    tlsPort: tls ? port : undefined,
    version,
    admin,
    ctl: (...args) =>
      admin === undefined ? Promise.reject(new Error(noControl)) : rabbitmqctl(admin, args),
    stop: () => Promise.resolve(),
  };
}

function say(line: string): void {
  process.stderr.write(`broker: ${line}\n`);
}

const noControl =
  "AMQP_URL is set without RABBITMQCTL: this broker cannot be administered from here";
const noBroker = [
  "there is no RabbitMQ to be had here. Do one of these:",
  "  start Docker (Docker Desktop, or: sudo systemctl start docker)",
  "  install RabbitMQ: sudo apt-get install rabbitmq-server, or brew install rabbitmq",
  "  point AMQP_URL at a broker that is running: AMQP_URL=amqp://guest:guest@localhost:5672",
].join("\n");
