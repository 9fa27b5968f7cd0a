// A password is nowhere to be seen: not in output, errors or stack traces, not in the process list, not at the broker.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDomain, type Domain } from "../support/accounts.ts";
import type { Child } from "../support/child.ts";
import { misbehave } from "../support/misbehave.ts";
import { run, type RunOptions, runToEnd } from "../support/run.ts";
import { sharedBroker } from "../support/shared-broker.ts";

// All that needs care in flags and URLs: a colon, an at sign, a slash, a percent sign.
const SECRET = "s3cret:p@ss/100%";
const FORMS = [SECRET, encodeURIComponent(SECRET), "s3cret", "p@ss"];
const broker = sharedBroker("admin");
const here = ["--server-name", broker.host, "--port-number", String(broker.port)];

let folder: string;
let domain: Domain;
let user: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "amqp-pubcon-secret-"));
  await writeFile(join(folder, "password"), `${SECRET}\n`, { mode: 0o600 });
  domain = await createDomain(broker, { users: { keeper: [".*", ".*", ".*"] } });
  user = domain.names["keeper"] ?? "";
  await broker.ctl("change_password", user, SECRET);
});
afterAll(() => rm(folder, { recursive: true }));

interface HandedOver extends RunOptions {
  readonly args: readonly string[];
}

/** The ways to hand a password over. */
const ways: Readonly<Record<string, (username: string) => HandedOver>> = {
  "--userpass": (username) => ({ args: [...here, "--userpass", `${username}:${SECRET}`] }),
  "--userpass=": (username) => ({ args: [...here, `--userpass=${username}:${SECRET}`] }),
  "an abbreviated --userp": (username) => ({ args: [...here, "--userp", `${username}:${SECRET}`] }),
  "--url": (username) => ({ args: ["--url", urlFor(username)] }),
  "-u without a blank": (username) => ({ args: [`-u${urlFor(username)}`] }),
  AMQP_URL: (username) => ({ args: [], env: { AMQP_URL: urlFor(username) } }),
  AMQP_USERPASS: (username) => ({ args: here, env: { AMQP_USERPASS: `${username}:${SECRET}` } }),
  AMQP_PASSWORD: (username) => ({
    args: [...here, "--username", username],
    env: { AMQP_PASSWORD: SECRET },
  }),
  "--password-file": (username) => ({
    args: [...here, "--username", username, "--password-file", join(folder, "password")],
  }),
  "--password-file -": (username) => ({
    args: [...here, "--username", username, "--password-file", "-"],
    // As an editor of another system ends its lines.
    stdin: `${SECRET}\r\n`,
  }),
};

function urlFor(username: string, where = `${broker.host}:${broker.port}`): string {
  return `amqp://${username}:${encodeURIComponent(SECRET)}@${where}`;
}

function expectNoSecret(text: string): void {
  for (const form of FORMS) expect(text).not.toContain(form);
}

describe("a password that is right", () => {
  test("is neither in the process list nor among what the broker knows of its clients, however it is handed over", async () => {
    const consumers = Object.values(ways).map((way) => {
      const { args, ...options } = way(user);
      return run("amqp-con", [...args, "--vhost", domain.vhost, "-Q", "--exclusive"], options);
    });
    await Promise.all(consumers.map((consumer) => consumer.waitFor("stderr", "Created queue")));
    const clients = await broker.ctl("-q", "list_connections", "user", "name", "client_properties");
    expect(clients.split("\n").filter((line) => line.startsWith(user))).toHaveLength(
      consumers.length,
    );
    expectNoSecret(clients);
    const entries = await Promise.all(consumers.map(processListEntry));
    for (const entry of entries) expect(entry).toMatch(/^amqp-con\b/);
    expectNoSecret(entries.join("\n"));
    for (const consumer of consumers) consumer.kill("SIGTERM");
    const exits = await Promise.all(consumers.map((consumer) => consumer.ended()));
    expect(exits.map(({ code }) => code)).toEqual(consumers.map(() => 0));
    expectNoSecret(exits.map(({ stdout, stderr }) => stdout + stderr).join(""));
  });
});

async function processListEntry({ pid }: Child): Promise<string> {
  return await readFile(`/proc/${pid}/cmdline`, "latin1");
}

describe("a password that is refused", () => {
  test.each(Object.entries(ways))("is in no error and no stack trace: %s", async (_name, way) => {
    const { args, ...options } = way("nobody");
    const { code, stdout, stderr } = await runToEnd(
      "amqp-pub",
      [...args, "--debug", "-k", "q"],
      options,
    );
    expect({ code, stdout }).toEqual({ code: 4, stdout: "" });
    expect(stderr).toContain('(403, "ACCESS_REFUSED - Login was refused');
    expect(stderr).toContain('user "nobody"');
    expectNoSecret(stderr);
  });
});

describe("a password in a command line that makes no sense", () => {
  test.each([
    ["a URL with a wrong port", ["-u", `amqp://u:${encodeURIComponent(SECRET)}@127.0.0.1:none`]],
    ["a URL of another kind", ["-u", `http://u:${encodeURIComponent(SECRET)}@127.0.0.1`]],
    ["a URL whose password is not encoded", ["-u", `amqp://u:${SECRET}@127.0.0.1`]],
    ["a URL whose password holds a #", ["-u", "amqp://u:s3cret#1@127.0.0.1"]],
    ["no URL at all", ["-u", SECRET]],
    ["--userpass without a colon", ["--userpass", "s3cret"]],
    ["--userpass beside --username", ["--userpass", `u:${SECRET}`, "--username", "u"]],
  ])("is in no error: %s", async (_name, args) => {
    const { code, stdout, stderr } = await runToEnd("amqp-con", ["-q", "q", "--debug", ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^ERROR: --(url|userpass)/);
    expectNoSecret(stderr);
  });
});

describe("a URL with a password that stands where no URL belongs", () => {
  const url = "amqp://u:s3cret@127.0.0.1";
  test.each<[readonly string[], string]>([
    [["-u", `${url},`, url], 'unexpected argument "amqp://u:***@127.0.0.1"'],
    [["--server-name", url], '--server-name "amqp://u:***@127.0.0.1": expected a host alone'],
    [[`--get=${url}`], '--get takes no value\nhint: leave out "=amqp://u:***@127.0.0.1"'],
    [["--config", url], "the configuration file amqp://u:***@127.0.0.1 does not exist"],
  ])("is shown without it: %j", async (args, told) => {
    const { code, stdout, stderr } = await runToEnd("amqp-con", ["-q", "q", "--debug", ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(`ERROR: ${told}`);
    expectNoSecret(stderr);
  });

  test("is still explained in our own words", async () => {
    const { stderr } = await runToEnd("amqp-con", ["-q", "q", "-u", `${url}/#x`]);
    expect(stderr).toContain("hint: write it as amqp://USER:PASSWORD@HOST:PORT/VHOST; encode");
  });
});

describe("a password that nobody takes", () => {
  test("is in no error of a broker that is not there, hangs up, or is none", async () => {
    const hangsUp = await misbehave(["header", "rst"]);
    const noise = await misbehave(["header", Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n")]);
    for (const port of [1, hangsUp.port, noise.port]) {
      const exit = await runToEnd("amqp-con", [
        "-q",
        "q",
        "--debug",
        "-u",
        urlFor("u", `127.0.0.1:${port}`),
      ]);
      expect(exit).toMatchObject({ code: 3, stdout: "" });
      expect(exit.stderr).toMatch(/^ERROR: [^\n]*127\.0\.0\.1/m);
      expectNoSecret(exit.stderr);
    }
  });
});

describe("the warning about the process list", () => {
  test("is given once for each flag that holds a password, and for nothing else", async () => {
    const warned: string[] = [];
    for (const [name, way] of Object.entries(ways)) {
      const { args, ...options } = way(user);
      const { stderr } = await runToEnd(
        "amqp-con",
        [...args, "--vhost", domain.vhost, "-Q", "--exclusive", "--get"],
        options,
      );
      const warnings = stderr.match(/WARNING: ps may show the password/g) ?? [];
      if (warnings.length > 0) warned.push(name);
      expect(warnings.length).toBeLessThan(2);
    }
    expect(warned).toEqual(Object.keys(ways).filter((name) => name.includes("-u")));
  });
});
