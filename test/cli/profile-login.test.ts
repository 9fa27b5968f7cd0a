// Who logs in, where, and with which password, when a profile has its say: each part comes from whatever counts most.
import { describe, expect, it } from "vitest";
import { parse } from "../../src/cli/parse.ts";
import { readProfile } from "../../src/cli/profile.ts";
import { planPublish, pub } from "../../src/cli/pub.ts";

/** Target and password of a command line with this profile. */
function plan(profile: string, argv: readonly string[] = [], env = {}) {
  const file = { path: "c.toml", text: `[default]\n${profile}`, isShared: false };
  const known = readProfile(file, undefined, pub.flags);
  const planned = planPublish(parse(pub.name, pub.flags, ["-k", "a", ...argv], env, known));
  const { targets, password } = planned.connection;
  const { host, port, vhost, username } = targets[0] ?? {};
  const from =
    password?.from === "known" ? { from: "known", secret: password.secret.reveal() } : password;
  return { at: `${host}:${port}${vhost}`, username, password: from, source: planned.source };
}

const known = (secret: string) => ({ from: "known", secret });

describe("a login with a profile", () => {
  it("takes user and password from it", () => {
    const alice = { username: "alice", password: known("s3cret") };
    expect(plan(`userpass = "alice:s3cret"`)).toMatchObject(alice);
    expect(plan(`username = "alice"\npassword = "s3cret"`)).toMatchObject(alice);
    expect(plan(`url = "amqp://alice:s3cret@one:5673/v"`)).toMatchObject({
      ...alice,
      at: "one:5673v",
    });
    expect(plan(`username = "alice"\npassword-file = "/p"`)).toMatchObject({
      username: "alice",
      password: { from: "file", path: "/p" },
    });
  });

  it("prefers the password of the environment, for the profile's user", () => {
    const env = { AMQP_PASSWORD: "newer" };
    const alice = { username: "alice", password: known("newer") };
    expect(plan(`userpass = "alice:s3cret"`, [], env)).toMatchObject(alice);
    expect(plan(`username = "alice"\npassword = "s3cret"`, [], env)).toMatchObject(alice);
    expect(plan(`username = "alice"\npassword-file = "/p"`, [], env)).toMatchObject(alice);
    expect(plan(`url = "amqp://alice:s3cret@one"`, [], env)).toMatchObject(alice);
  });

  it("prefers a URL of the environment, with its own password", () => {
    const env = { AMQP_URL: "amqp://bob:newer@two" };
    const bob = { username: "bob", password: known("newer"), at: "two:5672/" };
    expect(plan(`password = "s3cret"`, [], env)).toMatchObject(bob);
    expect(plan(`password-file = "/p"`, [], env)).toMatchObject(bob);
    expect(plan(`userpass = "alice:s3cret"`, [], env)).toMatchObject(bob);
    expect(plan(`url = "amqp://alice:s3cret@one/v"`, [], env)).toMatchObject(bob);
  });

  it("lets what is typed, or stands in the environment, replace parts of its URL", () => {
    const url = `url = "amqp://alice:s3cret@one:5673/v"`;
    expect(plan(url, ["--vhost", "w"]).at).toBe("one:5673w");
    expect(plan(url, [], { AMQP_VHOST: "w", AMQP_SERVER_NAME: "two" }).at).toBe("two:5673w");
  });

  it("lets another line of the profile replace a part of its URL, but not of one that counts more", () => {
    const lines = `vhost = "w"\nserver-name = "two"`;
    expect(plan(`url = "amqp://alice:s3cret@one:5673/v"\n${lines}`).at).toBe("two:5673w");
    expect(plan(lines, [], { AMQP_URL: "amqp://one:5673/v" }).at).toBe("one:5673v");
    expect(plan(lines, ["-u", "amqp://one:5673"]).at).toBe("one:5673w");
  });

  it("takes a source of messages from it, unless another is typed", () => {
    expect(plan(`message = "from the profile"`).source).toMatchObject({ text: "from the profile" });
    expect(plan(`message = "from the profile"`, ["-f", "x"]).source).toMatchObject({
      paths: ["x"],
    });
    const env = { AMQP_FILE: "y" };
    expect(plan(`message = "from the profile"`, [], env).source).toMatchObject({ paths: ["y"] });
  });
});
