// The question for a password, on a real terminal.
import { expect, test } from "vitest";
import { pty } from "../support/run.ts";

test("one Ctrl-C stops it as any signal does", async () => {
  // Asked before anything is opened: no broker is needed.
  const env = { AMQP_URL: undefined, AMQP_PASSWORD: undefined, NO_COLOR: "1" };
  const con = pty("amqp-con", ["-q", "tasks", "--username", "alice"], { env });
  await con.waitForPrompt("stdout", /Password: $/);
  await con.write("\x03");
  const { code, stdout } = await con.ended();
  const told = ["Password: ", "Stopped", "ERROR: stopped before the broker answered", ""];
  expect({ code, stdout }).toEqual({ code: 3, stdout: told.join("\r\n") });
});
