// Every script of examples/ as a user runs it: on an empty vhost, with both commands on the PATH.
import { readdirSync, readFileSync } from "node:fs";
import { chmod, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { createDomain, type Domain } from "../support/accounts.ts";
import { startBroker } from "../support/broker.ts";
import { atTestEnd } from "../support/cleanup.ts";
import { testFolder } from "../support/folder.ts";
import { shell } from "../support/run.ts";
import { sharedBroker } from "../support/shared-broker.ts";

const folder = fileURLToPath(new URL("../../examples/", import.meta.url));
const scripts = readdirSync(folder).filter((name) => name.endsWith(".sh") && name !== "support.sh");
const withTls = "tls-client-certificate.sh";

describe("examples", () => {
  const broker = sharedBroker("admin");
  let domain: Domain;
  beforeAll(async () => {
    domain = await createDomain(broker, {});
  });

  function start(name: string, env: Readonly<Record<string, string>> = {}) {
    return shell(`sh ${join(folder, name)}`, { env: { AMQP_URL: domain.url, ...env } });
  }

  async function leftovers(): Promise<readonly string[]> {
    const kinds = ["list_queues", "list_exchanges"];
    const lists = await Promise.all(
      kinds.map((kind) => broker.ctl("-q", kind, "-p", domain.vhost, "name")),
    );
    return lists
      .join("\n")
      .split("\n")
      .filter((line) => line !== "" && line !== "name" && !line.startsWith("amq."));
  }

  it.each(scripts.filter((name) => name !== withTls))("%s shows what it says", async (name) => {
    const { code, stderr } = await start(name).ended(60_000);
    expect(code, stderr).toBe(0);
  });

  it("leave nothing behind", async () => {
    expect(await leftovers()).toEqual([]);
  });

  it("clean up after Ctrl-C", async () => {
    const example = start("time-to-live.sh");
    await example.waitFor("stdout", "ok: the queue holds both");
    example.killGroup("SIGINT");
    expect((await example.ended()).code).toBe(130);
    expect(await leftovers()).toEqual([]);
  });

  it("touch nothing when a queue or exchange of that name exists", async () => {
    const env = { AMQP_URL: domain.url };
    const made = "-q live -Q --nad-queue -e shop -E --nad-exchange";
    await shell(`amqp-con ${made} --declare-only`, { env }).ended();
    const first = await start("replay-dead-letters.sh").ended();
    expect(first.stderr).toContain("the queue live exists: give the examples a vhost of their own");
    expect(first.code).toBe(1);
    await shell("amqp-con -q live --delete-queue", { env }).ended();
    const second = await start("replay-dead-letters.sh").ended();
    expect(second.stderr).toContain("the exchange shop exists");
    expect(await leftovers()).toEqual(["shop"]);
    await shell("amqp-con -e shop --delete-exchange", { env }).ended();
    expect(await leftovers()).toEqual([]);
  });

  it("end with an error when they do not see what they should", async () => {
    const path = await testFolder();
    const publisher = join(path, "amqp-pub");
    await writeFile(publisher, "#!/bin/sh\nexit 0\n");
    await chmod(publisher, 0o755);
    const PATH = [path, join(folder, "../test/support/path"), process.env["PATH"]].join(delimiter);
    const example = start("hello-world.sh", { PATH, AMQP_IDLE_TIMEOUT: "0.5" });
    const { code, stderr } = await example.ended();
    expect(stderr).toContain("expected: Received: Hello World!");
    expect(code).toBe(1);
    expect(await leftovers()).toEqual([]);
  });

  it("are all in the map of examples/README.md", () => {
    const map = readFileSync(join(folder, "README.md"), "utf8");
    const named = [...map.matchAll(/\]\(([\w-]+\.sh)\)/g)].map(([, name]) => name);
    expect(new Set(named)).toEqual(new Set([...scripts, "support.sh"]));
  });
});

describe(withTls, () => {
  const script = join(folder, withTls);

  it("works with a broker that asks for the certificates it has made", async () => {
    const made = await testFolder();
    const making = await shell(`sh ${script} make ${made}`).ended(30_000);
    expect(making.code, making.stderr).toBe(0);
    const at = (name: string): string => join(made, name);
    const files = { cert: at("server.pem"), key: at("server.key"), ca: at("ca.pem") };
    const broker = await startBroker({ tls: { ...files, certificateNeeded: true } });
    atTestEnd(() => broker.stop());
    const env = { AMQPS_URL: `amqps://guest:guest@127.0.0.1:${broker.tlsPort}` };
    const { code, stdout, stderr } = await shell(`sh ${script} ${made}`, { env }).ended(60_000);
    expect(code, stderr).toBe(0);
    expect(stdout).toContain("ok: it arrived");
  });

  it("says how to get such a broker when there is none", async () => {
    const { code, stderr } = await shell(`sh ${script}`).ended();
    expect(code).toBe(2);
    expect(stderr).toContain("make FOLDER");
  });
});
