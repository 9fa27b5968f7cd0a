// A value that is joined to its flag by a sign, or without one; and which of them errors show.
import { expect, it } from "vitest";
import { con } from "../../src/cli/con.ts";
import { shortFlags } from "../../src/cli/words.ts";
import { parsePub, wrongUse } from "../support/plan.ts";

it("a flag without a letter is not found where a word has none", () => {
  const shorts = shortFlags(con.flags);
  expect([...shorts.keys()].filter((letter) => letter?.length !== 1)).toEqual([]);
});

it.each([
  [["-k=x"], "x"],
  [["-k=a=b"], "a=b"],
  [["-k==x"], "=x"],
  [["-k="], ""],
  [["-Qk=x"], "x"],
  [["-kx=y"], "x=y"],
])("%j: the key is %j", (argv, routingKey) => {
  expect(parsePub([...argv, "--confirm"]).options).toMatchObject({ routingKey, confirm: true });
});

it.each([
  ["-Q=yes", '-Q takes no value\nhint: leave out "=yes"'],
  ["-QE=", '-E takes no value\nhint: leave out "="'],
  ["=x", "unexpected argument"],
  ["-P=hunter2", "unknown flag -P\nhint"],
  ["-Qw=hunter2", "unknown flag -w\nhint"],
  ["-phunter2", "unknown flag -p\nhint"],
  ["-Qwhunter2", "unknown flag -w\nhint"],
  ["--usrpass=u:hunter2", "unknown flag --usrpass\nhint: did you mean --userpass?"],
  ["--userpas:u:hunter2", "unknown flag --userpas\nhint: did you mean --userpass?"],
  ["--userpass:u:hunter2", "unknown flag --userpass\nhint: its value stands behind a blank"],
  ["--usrl=amqp://u:hunter2@h", "unknown flag --usrl\nhint"],
  ["--passwor=hunter2", "--passwor may mean the secret itself\nhint: write out --password-file"],
  [
    "--passphrase=hunter2",
    "--passphrase may mean the secret itself\nhint: write out --passphrase-file",
  ],
])("%s is wrong use", (word, text) => {
  const told = wrongUse(() => parsePub([word]));
  expect(told).toContain(text);
  expect(told).not.toContain("hunter2");
});
