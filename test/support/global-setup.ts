// Runs once before all tests that need a broker: certificates, and one shared broker for the whole run, which tests get
// from shared-broker.ts. Also makes sure that the built binaries are those of the present sources.
import { execFile } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { TestProject } from "vitest/node";
import { type Broker, type BrokerAddress, findBroker, startBroker } from "./broker.ts";
import { startKeeper } from "./broker/keeper.ts";
import { type Certificates, createCertificates } from "./certificates.ts";

declare module "vitest" {
  // Vitest's own way to type what `provide` gives and `inject` takes.
  export interface ProvidedContext {
    /** The broker under test, one that can be administered, and one with TLS: often the same. */
    readonly brokers: Readonly<Record<"any" | "admin" | "tls", BrokerAddress>>;
    readonly certificates: Certificates;
  }
}

/** Sets up, provides, and gives vitest the function that takes everything down again. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  await build();
  const since = Date.now();
  const keeper = startKeeper();
  const certificates = await createCertificates(say);
  keeper.folder(certificates.folder);
  const any = await findBroker(withTls(certificates));
  // A given broker may lack a way in for the administrator, and its TLS, if any, has not our certificates.
  const own = any.kind === "url" ? await startOwn(any, certificates) : any;
  const admin = any.admin === undefined ? own : any;
  // Later brokers of the same run come from the same place without another look around.
  if (own.kind !== "url") process.env["TEST_BROKER"] ??= own.kind;
  const brokers = { any: addressOf(any), admin: addressOf(admin), tls: addressOf(own) };
  project.provide("brokers", brokers);
  project.provide("certificates", certificates);
  report([...new Set([any, own])], Date.now() - since);
  return async () => {
    await Promise.all([any.stop(), own.stop(), keeper.release()]);
  };
}

/** A broker of our own beside the given one; without it only the tests that need it fail, each by itself. */
async function startOwn(given: Broker, certificates: Certificates): Promise<Broker> {
  try {
    return await startBroker(withTls(certificates));
  } catch (error) {
    say(
      `tests of TLS and administration will fail, for lack of a broker of our own: ${String(error)}`,
    );
    return given;
  }
}

function withTls({ server, ca }: Certificates) {
  return {
    tls: { ...server, ca },
    plugins: ["rabbitmq_auth_mechanism_ssl"],
    config: [
      "auth_mechanisms.1 = PLAIN",
      "auth_mechanisms.2 = AMQPLAIN",
      "auth_mechanisms.3 = EXTERNAL",
    ],
  };
}

/** What of a broker can be sent to a worker. */
function addressOf({ kind, url, host, port, tlsPort, version, admin }: Broker): BrokerAddress {
  return { kind, url, host, port, tlsPort, version, admin };
}

function report(brokers: readonly Broker[], tookMs: number): void {
  const names = { url: "from AMQP_URL", docker: "in Docker", node: "a node of our own" };
  const texts = brokers.map(
    ({ kind, version, host, port }) => `RabbitMQ ${version} (${names[kind]}) at ${host}:${port}`,
  );
  say(`broker: ${texts.join("; ")}, ready in ${(tookMs / 1000).toFixed(1)} s`);
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

async function build(): Promise<void> {
  const bootstrap = fileURLToPath(new URL("../../scripts/bootstrap.mjs", import.meta.url));
  await promisify(execFile)(process.execPath, [bootstrap, "setup"]);
}
