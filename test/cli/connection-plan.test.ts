// Connection and TLS flags: where to connect, in what manner, and what to warn about. As whom: login-plan.test.ts.
import { describe, expect, it } from "vitest";
import { planPub, wrongUse } from "../support/plan.ts";

type Environment = Readonly<Record<string, string>>;

const plan = (argv: readonly string[], env: Environment = {}) => planPub(argv, env).connection;
const wrong = (argv: readonly string[], env: Environment = {}) => wrongUse(() => plan(argv, env));

/** host:port/vhost of each target, with tls+ in front where it is used. */
function places(argv: readonly string[], env: Environment = {}): readonly string[] {
  return plan(argv, env).targets.map(
    ({ tls, host, port, vhost }) => `${tls ? "tls+" : ""}${host}:${port}/${vhost}`,
  );
}

const warnings = (argv: readonly string[], env: Environment = {}) =>
  planPub(["-k", "x", ...argv], env).warnings;
const unsecured = "the connection is not secured.";
const shown = (flag: string) =>
  `ps may show the password of ${flag} to other users of this machine; AMQP_PASSWORD or --password-file hides it.`;

describe("where to connect", () => {
  it.each([
    [[], ["localhost:5672//"]],
    [["--server-name", "rabbit", "--port-number", "5673", "--vhost", "v"], ["rabbit:5673/v"]],
    [["--server-name", "::1"], ["::1:5672//"]],
    [["--server-name", "[::1]"], ["::1:5672//"]],
    [["--enable-tls"], ["tls+localhost:5671//"]],
    [["--enable-tls", "--port-number", "5672"], ["tls+localhost:5672//"]],
    [["-u", "amqp://rabbit"], ["rabbit:5672//"]],
    [["-u", "amqp://rabbit/"], ["rabbit:5672//"]],
    [["-u", "amqp://rabbit:5673/v"], ["rabbit:5673/v"]],
    [["-u", "amqp://rabbit/%2f"], ["rabbit:5672//"]],
    [["-u", "amqp://rabbit/a%2Fb"], ["rabbit:5672/a/b"]],
    [["-u", "amqp://[::1]:5673/v"], ["::1:5673/v"]],
    [["-u", "amqp://rabbit/.."], ["rabbit:5672/.."]],
    [["-u", "amqp://rabbit/."], ["rabbit:5672/."]],
    [["-u", "amqp://rabbit/%2e%2e"], ["rabbit:5672/.."]],
    [["-u", "amqp://rabbit/a b@c:%25\n"], ["rabbit:5672/a b@c:%"]],
    [["-u", "amqps://rabbit/v"], ["tls+rabbit:5671/v"]],
    [["-u", "amqp://"], ["localhost:5672//"]],
    [["-u", "amqp://rabbit/v", "--vhost", "w"], ["rabbit:5672/w"]],
    [["-u", "amqp://rabbit:1/v", "--port-number", "2", "--server-name", "h"], ["h:2/v"]],
    [["-u", "amqp://rabbit/v", "--enable-tls"], ["tls+rabbit:5671/v"]],
    [
      ["-u", "amqp://one/v,amqps://two:5673/v,amqp://[fe80::3]"],
      ["one:5672/v", "tls+two:5673/v", "fe80::3:5672//"],
    ],
  ])("%j: %j", (argv, expected) => {
    expect(places(argv)).toEqual(expected);
  });

  it("comes from AMQP_URL, and what is typed or in the environment too overrides its parts", () => {
    const env = { AMQP_URL: "amqp://rabbit:5673/v", AMQP_VHOST: "w" };
    expect(places([], env)).toEqual(["rabbit:5673/w"]);
    expect(places(["--vhost", "x"], env)).toEqual(["rabbit:5673/x"]);
    const more = { ...env, AMQP_SERVER_NAME: "h", AMQP_PORT_NUMBER: "2" };
    expect(places([], more)).toEqual(["h:2/w"]);
  });

  it("is what a URL says that is typed, whatever the environment has, and the rest from there", () => {
    const env = { AMQP_VHOST: "w", AMQP_SERVER_NAME: "h", AMQP_PORT_NUMBER: "2" };
    expect(places(["-u", "amqp://other:5673/v"], env)).toEqual(["other:5673/v"]);
    expect(places(["-u", "amqp://other"], env)).toEqual(["other:2/w"]);
  });

  it("is overridden in each URL of a list", () => {
    const list = "amqp://one:1/v,amqp://two:2/v";
    expect(places(["-u", list, "--vhost", "w"])).toEqual(["one:1/w", "two:2/w"]);
    expect(places([], { AMQP_URL: list, AMQP_PORT_NUMBER: "3" })).toEqual(["one:3/v", "two:3/v"]);
  });

  it.each([
    ["--cafile", "ca.pem"],
    ["--subjectname", "rabbit"],
    ["--insecure"],
    ["--cert", "cert.pem", "--key", "key.pem"],
    ["--pfx", "client.p12"],
    ["--auth", "external", "--pfx", "client.p12"],
  ])("%s turns TLS on", (...argv) => {
    expect(places(argv)).toEqual(["tls+localhost:5671//"]);
    expect(plan(argv).tls).toBeDefined();
  });

  it("verifies unless told otherwise", () => {
    expect(plan(["--enable-tls"]).tls).toMatchObject({ insecure: false, cafile: undefined });
    expect(plan(["--insecure"]).tls).toMatchObject({ insecure: true });
    expect(plan([]).tls).toBeUndefined();
  });
});

describe("warnings", () => {
  it.each<[readonly string[], readonly string[]]>([
    [[], []],
    [["--server-name", "127.0.0.1"], []],
    [["--server-name", "127.8.8.8"], []],
    [["--server-name", "::1"], []],
    [["--server-name", "[::1]"], []],
    [["--server-name", "LOCALHOST"], []],
    [["-u", "amqp://localhost."], []],
    [["--server-name", "127.example.org"], [unsecured]],
    [["--server-name", "rabbit"], [unsecured]],
    [["-u", "amqp://localhost,amqp://rabbit"], [unsecured]],
    [["--server-name", "rabbit", "--enable-tls"], []],
    [["--userpass", "guest:guest"], [unsecured]],
    [
      ["--userpass", "alice:pass"],
      [unsecured, shown("--userpass")],
    ],
    [["--userpass", "alice:pass", "--enable-tls"], [shown("--userpass")]],
    [["-u", "amqps://alice:pass@rabbit"], [shown("--url")]],
    [["-u", "amqp://guest:guest@localhost"], []],
    [["--username", "alice", "--password-file", "f"], []],
  ])("for %j: %j", (argv, expected) => {
    expect(warnings(argv)).toEqual(expected);
  });

  it("say on every run that --insecure verifies nothing", () => {
    expect(warnings(["--insecure"])).toEqual([
      "--insecure: the broker's certificate is not verified; anybody could answer in its place.",
    ]);
  });

  it("do not tell ps from a variable, which it does not show", () => {
    expect(warnings([], { AMQP_USERPASS: "alice:pass" })).toEqual([unsecured]);
    expect(warnings([], { AMQP_URL: "amqps://alice:pass@rabbit" })).toEqual([]);
  });
});

describe("settings", () => {
  it("has defaults that notice a dead broker soon", () => {
    expect(plan([])).toMatchObject({
      waitMs: 0,
      maxOutageMs: 60_000,
      settings: {
        connectTimeoutMs: 10_000,
        heartbeatMs: 10_000,
        frameMax: 131_072,
        clientProperties: { connection_name: "amqp-pub", product: "amqp-pub" },
      },
    });
  });

  it("follows its flags", () => {
    const argv = ["--wait", "30", "--max-outage", "forever", "--connect-timeout", "250ms"];
    const more = ["--heartbeat", "0", "--connection-name", "Zoë", "--channel-max", "7"];
    expect(plan([...argv, ...more, "--frame-max", "8192"])).toMatchObject({
      waitMs: 30_000,
      maxOutageMs: Infinity,
      settings: {
        connectTimeoutMs: 250,
        heartbeatMs: 0,
        channelMax: 7,
        frameMax: 8192,
        clientProperties: { connection_name: "Zoë" },
      },
    });
  });
});

describe("wrong use", () => {
  it.each<[readonly string[], string]>([
    [
      ["--userpass", "a:b", "--username", "c"],
      "--userpass excludes --username and --password-file",
    ],
    [
      ["--userpass", "a:b", "--password-file", "c"],
      "--userpass excludes --username and --password",
    ],
    [["--userpass", "alice"], "--userpass: expected USER:PASSWORD\nhint: to be asked for"],
    [["--userpass", ":pass"], "--userpass: expected USER:PASSWORD"],
    [["--cert", "c"], "--cert needs --key"],
    [["--key", "k"], "--key needs --cert"],
    [["--pfx", "p", "--cert", "c", "--key", "k"], "--pfx excludes --cert and --key"],
    [["--passphrase-file", "f"], "--passphrase-file needs --key or --pfx"],
    [
      ["--auth", "external"],
      "--auth external needs a client certificate\nhint: give it with --cert",
    ],
    [["--insecure", "--cafile", "ca"], "--insecure excludes --cafile"],
    [["-u", "http://rabbit"], "--url: expected a URL that begins with amqp:// or amqps://"],
    [["-u", "rabbit"], "--url: expected a URL"],
    [["-u", ""], "--url: expected a URL"],
    [["-u", "amqp:"], "--url: expected a URL that begins with amqp://"],
    [["-u", "amqp:/bob:secret@rabbit"], "--url: expected a URL that begins with amqp://"],
    [["-u", "amqp:bob:secret@rabbit"], "--url: expected a URL that begins with amqp://"],
    [
      ["-u", "amqp://rabbit:99999"],
      "--url: the host or the port cannot be read; a port is at most",
    ],
    [["--server-name", ""], '--server-name "": expected a host name or address'],
    [["--server-name", "[]"], '--server-name "[]": expected a host name or address'],
    [
      ["--server-name", "localhost:5673"],
      '--server-name "localhost:5673": expected a host alone; its port belongs to --port-number',
    ],
    [["--server-name", "[::1]:5673"], "expected a host alone"],
    [["--vhost", ""], '--vhost "": expected a name; the usual one is "/"'],
    [["-u", "amqp://bob:se#cret@rabbit"], "--url: "],
    [["-u", "amqp://rabbit/v#w"], '--url: holds a "#" that is not encoded'],
    [
      ["-u", "amqp://rabbit?heartbeat=5"],
      '--url: parameters after "?" are not read\nhint: use the',
    ],
    [["-u", `amqp://rabbit/${"v".repeat(256)}`], "--url: the vhost is longer than the 255 bytes"],
    [["-u", "amqp://rabbit:0"], "--url: expected a port from 1 to 65535"],
    [["--heartbeat", "65536"], '--heartbeat "65536": expected whole seconds, at most 65535'],
    [["--connection-name", "n".repeat(70_000)], "--connection-name: longer than the 64 KiB"],
    [["-u", "amqp://rabbit/a/b"], '--url: the vhost holds a "/" that is not encoded'],
    [["-u", "amqp://rabbit/a/../b"], '--url: the vhost holds a "/" that is not encoded'],
    [
      ["-u", "amqp://rab\tbit/v"],
      "--url: holds a control character\nhint: encode it: a TAB is %09, the end of a line %0A",
    ],
    [["-u", "amqp://bob:se\ncret@rabbit"], "--url: holds a control character"],
    [["-u", "amqp://b%FCb:x@rabbit"], "--url: the user is not percent-encoded UTF-8"],
    [["-u", "amqp://bob:%FC@rabbit"], "--url: the password is not percent-encoded UTF-8"],
    [["-u", "amqp://rabbit/%FC"], "--url: the vhost is not percent-encoded UTF-8"],
    [["-u", "amqp://one,rabbit"], '--url: the host holds a ","\nhint: each URL of a list'],
    [["-u", "amqp://a:x@one,amqp://b:x@two"], "--url: the URLs name different users or passwords"],
    [["-u", "amqp://a:x@one,amqp://a:y@two"], "--url: the URLs name different users or passwords"],
    [["-u", "amqp://one,amqp://a:y@two"], "--url: the URLs name different users or passwords"],
  ])("%j is told", (argv, message) => {
    expect(wrong(argv)).toContain(message);
  });

  it("names the variable that a wrong URL came from", () => {
    expect(wrong([], { AMQP_URL: "rabbit" })).toContain(
      "AMQP_URL: expected a URL that begins with",
    );
  });

  it("never shows a password", () => {
    const secrets = ["hunter2#", "hunter2/x", "hunter2?", "%FFhunter2", "hunter2@x:1:2"];
    for (const secret of secrets)
      expect(wrong(["-u", `amqp://bob:${secret}@rabbit:x`])).not.toContain("hunter2");
  });

  it("of login twice in the environment is told too", () => {
    expect(wrong([], { AMQP_USERPASS: "a:b", AMQP_USERNAME: "c" })).toContain(
      "--userpass excludes",
    );
  });
});
