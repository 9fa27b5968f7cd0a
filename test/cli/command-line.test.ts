// What is typed: names that other tools give to our flags, flags of the other program, and asking for help.
import { describe, expect, it } from "vitest";
import { parseTyped } from "../../src/cli/command-line.ts";
import { con } from "../../src/cli/con.ts";
import { pub } from "../../src/cli/pub.ts";
import { planCon, planPub, wrongUse } from "../support/plan.ts";

it.each([
  ["--no-ack", "--ack-auto"],
  ["--auto-ack", "--ack-auto"],
  ["--workers", "--jobs"],
  ["--host", "--server-name"],
  ["--passwd", "--password-file"],
  ["--cacert", "--cafile"],
])("amqp-con %s: did you mean %s?", (typed, meant) => {
  expect(wrongUse(() => planCon(["-q", "x", typed]))).toContain(
    `unknown flag ${typed}\nhint: did you mean ${meant}?`,
  );
});

it("is not told a flag that has no effect there", () => {
  expect(wrongUse(() => planPub(["-k", "x", "--no-ack"]))).not.toContain("--ack-auto");
  expect(wrongUse(() => planPub(["-k", "x", "--body", "b"]))).toContain("did you mean --message?");
});

it("is not told one that is merely not quite another", () => {
  for (const flag of ["--follow", "--tail", "--tls-ca"])
    expect(wrongUse(() => planCon(["-q", "x", flag]))).toContain("--help-all lists every flag");
});

it("asks for help whatever a variable holds", async () => {
  const env = { AMQP_PREFETCH: "much" };
  expect((await parseTyped(con, ["--help"], env)).options.help).toBe(true);
  await expect(parseTyped(con, ["-q", "--help"], env)).rejects.toThrow('AMQP_PREFETCH "much"');
});

describe("a flag of the other program", () => {
  it.each([
    ["--lines", "amqp-con has no flag --lines", "it is one of amqp-pub"],
    ["-m", "amqp-con has no flag -m", "it is one of amqp-pub (--message)"],
    ["--repeat", "amqp-con has no flag --repeat", "it is one of amqp-pub (--nb-messages)"],
    ["--linez", "unknown flag --linez", "amqp-con --help-all lists every flag"],
  ])("of amqp-pub: %s", async (flag, message, hint) => {
    await expect(parseTyped(con, [flag], {})).rejects.toMatchObject({ message, hint });
  });

  it.each([
    ["--get", "amqp-pub has no flag --get", "it is one of amqp-con"],
    ["-n", "amqp-pub has no flag -n", "it is one of amqp-con (--count)"],
  ])("of amqp-con: %s", async (flag, message, hint) => {
    await expect(parseTyped(pub, [flag], {})).rejects.toMatchObject({ message, hint });
  });
});
