// Which flags say where a broker is, and what certificates it is about: errors name them.
import { describe, expect, it } from "vitest";
import { planPub } from "../support/plan.ts";

/** Of the first broker. */
function flags(argv: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return planPub(argv, env).connection.targets[0]?.flags;
}

describe("host and port", () => {
  it.each([
    [[], "--server-name", "--port-number"],
    [["-u", "amqp://rabbit:5673"], "--url", "--url"],
    [["-u", "amqp://rabbit"], "--url", "--url"],
    [["-u", "amqp://"], "--server-name", "--port-number"],
    [["-u", "amqp://rabbit", "--port-number", "1"], "--url", "--port-number"],
    [["-u", "amqp://rabbit:1", "--server-name", "h"], "--server-name", "--url"],
  ])("%j come from %s and %s", (argv, host, port) => {
    expect(flags(argv)).toMatchObject({ host, port });
  });

  it("come from what counts more", () => {
    const env = { AMQP_URL: "amqp://rabbit:5673" };
    const ofUrl = { host: "--url", port: "--url" };
    const ofFlags = { host: "--server-name", port: "--port-number" };
    expect(flags([], env)).toMatchObject(ofUrl);
    expect(flags(["--server-name", "h", "--port-number", "1"], env)).toMatchObject(ofFlags);
    expect(flags(["-u", "amqp://h:1"], { AMQP_SERVER_NAME: "x" })).toMatchObject(ofUrl);
  });
});

it.each([
  [["--enable-tls"], undefined, undefined],
  [["--subjectname", "n"], "--subjectname", undefined],
  [["--cert", "c", "--key", "k"], undefined, "--cert and --key"],
  [["--pfx", "p"], undefined, "--pfx"],
])("certificates: %j are %s and %s", (argv, subjectname, certificate) => {
  expect(flags(argv)).toMatchObject({ subjectname, certificate });
});
