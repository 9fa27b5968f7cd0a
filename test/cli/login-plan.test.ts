// Connection flags, URL and variables: as whom to log in, and which of them decides.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { planPub } from "../support/plan.ts";

type Environment = Readonly<Record<string, string>>;

const plan = (argv: readonly string[], env: Environment = {}) => planPub(argv, env).connection;

/** Who logs in, and the password or where it comes from. */
function login(argv: readonly string[], env: Environment = {}): string {
  const { targets, password } = plan(argv, env);
  const users = [...new Set(targets.map(({ username }) => username))].join();
  if (password?.from === "known") return `${users}:${password.secret.reveal()}`;
  return password?.from === "file"
    ? `${users} from ${password.path}`
    : `${users} ${password?.from}`;
}

describe("as whom", () => {
  const bob = { AMQP_URL: "amqp://bob:secret@rabbit" };
  it.each<[readonly string[], Environment, string]>([
    [[], {}, "guest:guest"],
    [["--userpass", "alice:pass"], {}, "alice:pass"],
    [["--userpass", "alice:p:a:s"], {}, "alice:p:a:s"],
    [["--userpass", "alice:"], {}, "alice:"],
    [["--userpass", "アリス:パス ワード"], {}, "アリス:パス ワード"],
    [["--username", "alice"], {}, "alice ask"],
    [["--username", "alice"], { AMQP_PASSWORD: "pass" }, "alice:pass"],
    [["--username", "alice", "--password-file", "f"], { AMQP_PASSWORD: "x" }, "alice from f"],
    [["--password-file", "f"], { AMQP_USERPASS: "alice:old" }, "alice from f"],
    [["--password-file", "f"], { AMQP_USERPASS: "alice:old", ...bob }, "alice from f"],
    [
      ["--username", "carol", "--password-file", "f"],
      { AMQP_USERPASS: "alice:old" },
      "carol from f",
    ],
    [["--password-file", "f"], {}, "guest from f"],
    [[], { AMQP_PASSWORD: "pass" }, "guest:pass"],
    [[], { AMQP_USERPASS: "alice:pass" }, "alice:pass"],
    [["-u", "amqp://bob:secret@rabbit"], {}, "bob:secret"],
    [["-u", "amqp://bob:s:e:c@rabbit"], {}, "bob:s:e:c"],
    [["-u", "amqp://me@corp:se@cret@rabbit/v@w"], {}, "me@corp:se@cret"],
    [["-u", "amqp://me@corp@rabbit:5673/a:b@c"], {}, "me@corp ask"],
    [["-u", "amqp://bob:PASSWORD@rabbit"], {}, "bob:PASSWORD"],
    [["-u", "amqp://bob@rabbit"], {}, "bob ask"],
    [["-u", "amqp://bob:@rabbit"], {}, "bob:"],
    [["-u", "amqp://bob@rabbit/a:b@c"], {}, "bob ask"],
    [["-u", "amqp://j%C3%BCrgen:pa%C3%9F%40%3A%2F@rabbit"], {}, "jürgen:paß@:/"],
    [["-u", "amqp://jürgen:paß@rabbit"], {}, "jürgen:paß"],
    [["-u", "amqp://bob:secret@one,amqp://two"], {}, "bob:secret"],
    [["-u", "amqp://bob:secret@one,amqp://bob:secret@two"], {}, "bob:secret"],
    [["-u", "amqp://bob:secret@rabbit", "--userpass", "alice:pass"], {}, "alice:pass"],
    [["-u", "amqp://bob:secret@rabbit", "--username", "alice"], {}, "alice ask"],
    [["-u", "amqp://bob:secret@rabbit", "--username", "bob"], {}, "bob:secret"],
    [["-u", "amqp://bob:secret@rabbit", "--password-file", "f"], {}, "bob from f"],
    // What is typed beats the environment.
    [["-u", "amqp://bob:secret@rabbit"], { AMQP_PASSWORD: "other" }, "bob:secret"],
    [["-u", "amqp://bob:secret@rabbit"], { AMQP_USERPASS: "alice:pass" }, "bob:secret"],
    [["-u", "amqp://bob:secret@rabbit"], { AMQP_USERNAME: "alice" }, "bob:secret"],
    [["-u", "amqp://bob:secret@rabbit"], { AMQP_PASSWORD_FILE: "f" }, "bob:secret"],
    [["--userpass", "alice:pass"], { AMQP_USERNAME: "carol" }, "alice:pass"],
    [["--username", "alice"], { AMQP_USERPASS: "carol:pass" }, "alice ask"],
    [["--userpass", "alice:pass"], bob, "alice:pass"],
    [["--username", "alice"], bob, "alice ask"],
    // Within the environment, the other variables override parts of AMQP_URL.
    [[], bob, "bob:secret"],
    [[], { ...bob, AMQP_PASSWORD: "other" }, "bob:other"],
    [[], { ...bob, AMQP_PASSWORD_FILE: "f" }, "bob from f"],
    [[], { ...bob, AMQP_USERPASS: "alice:pass" }, "alice:pass"],
  ])("%j with %j: %s", (argv, env, expected) => {
    expect(login(argv, env)).toBe(expected);
  });

  it("is by certificate alone with --auth external", () => {
    const { password, settings } = plan(["--auth", "external", "--pfx", "client.p12"]);
    expect(password).toBeUndefined();
    expect(settings.auth).toBe("external");
  });

  it("reads back from a URL whatever was encoded into it", () => {
    const part = fc.string({ unit: "grapheme", minLength: 1 });
    fc.assert(
      fc.property(part, part, part, (user, password, vhost) => {
        const [u, p, v] = [user, password, vhost].map(encodeURIComponent);
        // A URL holds no path of dots, encoded or not.
        fc.pre(!/^\.{1,2}$/.test(vhost) && Buffer.byteLength(vhost) <= 255);
        const argv = ["-u", `amqp://${u}:${p}@rabbit/${v}`];
        expect(login(argv)).toBe(`${user}:${password}`);
        expect(plan(argv).targets[0]?.vhost).toBe(vhost);
      }),
    );
  });

  it("keeps everything after the first colon of --userpass", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (password) => {
        expect(login(["--userpass", `alice:${password}`])).toBe(`alice:${password}`);
      }),
    );
  });

  it("never shows in the plan", () => {
    const shown = JSON.stringify(plan(["-u", "amqp://bob:hunter2@rabbit"]));
    expect(shown).toContain("bob");
    expect(shown).not.toContain("hunter2");
  });
});
