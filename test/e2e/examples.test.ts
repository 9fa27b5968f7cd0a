// Every script of examples/ as a user runs it: on an empty vhost, with both commands on the PATH.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { createDomain, type Domain } from "../support/accounts.ts";
import { shell } from "../support/run.ts";
import { sharedBroker } from "../support/shared-broker.ts";

const folder = fileURLToPath(new URL("../../examples/", import.meta.url));
const scripts = readdirSync(folder).filter((name) => name.endsWith(".sh") && name !== "support.sh");

describe("examples", () => {
  const broker = sharedBroker("admin");
  let domain: Domain;
  beforeAll(async () => {
    domain = await createDomain(broker, {});
  });

  it.each(scripts)("%s shows what it says, and leaves nothing behind", async (name) => {
    const env = { AMQP_URL: domain.url };
    const { code, stderr } = await shell(`sh ${join(folder, name)}`, { env }).ended(60_000);
    expect(code, stderr).toBe(0);
    const queues = await broker.ctl("-q", "list_queues", "-p", domain.vhost, "name");
    expect(queues.replace(/^name\n?/, "").trim()).toBe("");
  });

  it("are all in the map of examples/README.md", () => {
    const map = readFileSync(join(folder, "README.md"), "utf8");
    const named = [...map.matchAll(/\]\(([\w-]+\.sh)\)/g)].map(([, name]) => name);
    expect(new Set(named)).toEqual(new Set([...scripts, "support.sh"]));
  });
});
