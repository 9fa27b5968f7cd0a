// Asking for a password: what is typed, no terminal, and every way to say no.
import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { askPassword } from "../../src/ui/prompt.ts";

function asking() {
  const terminal = Object.assign(new PassThrough(), { isTTY: true });
  const screen = new PassThrough();
  const stopping = new AbortController();
  const answer = askPassword(terminal, screen, stopping.signal);
  return { terminal, screen, stopping, answer };
}

describe("the password prompt", () => {
  test("resolves with what was typed, and shows nothing of it", async () => {
    const { terminal, screen, answer } = asking();
    terminal.write("s3cret\n");
    expect(await answer).toBe("s3cret");
    expect(String(screen.read())).toBe("Password: \n");
  });

  test.each<[string, (asked: ReturnType<typeof asking>) => void]>([
    ["a signal", ({ stopping }) => stopping.abort()],
    ["Ctrl-C", ({ terminal }) => void terminal.write("\u0003")],
    ["Ctrl-D", ({ terminal }) => void terminal.write("\u0004")],
    ["the end of input", ({ terminal }) => terminal.end()],
  ])("is ended by %s", async (_, end) => {
    const asked = asking();
    setImmediate(() => end(asked));
    await expect(asked.answer).rejects.toThrow("no password was given");
  });

  test("is not shown where there is no terminal", async () => {
    const { signal } = new AbortController();
    const answer = askPassword(new PassThrough(), new PassThrough(), signal);
    await expect(answer).rejects.toThrow("no terminal to ask on");
  });
});
