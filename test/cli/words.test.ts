// A value that is joined to its short flag by a sign.
import { expect, it } from "vitest";
import { parsePub, wrongUse } from "../support/plan.ts";

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
])("%s is wrong use", (word, text) => {
  expect(wrongUse(() => parsePub([word]))).toContain(text);
});
