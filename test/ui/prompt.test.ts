// Asking for a password: what is typed, no terminal, and every way to say no.
import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { askPassword } from "../../src/ui/prompt.ts";

function asking() {
  const terminal = Object.assign(new PassThrough(), { isTTY: true });
  const screen = new PassThrough();
  const stopping = new AbortController();
  const answer = askPassword({ input: terminal, screen }, stopping.signal, () => stopping.abort());
  return { terminal, screen, stopping, answer };
}

describe("the password prompt", () => {
  test("resolves with what was typed, and shows nothing of it", async () => {
    const { terminal, screen, answer } = asking();
    terminal.write("s3cret\n");
    expect(await answer).toBe("s3cret");
    expect(String(screen.read())).toBe("Password: \n");
  });

  test.each<[string, number, (asked: ReturnType<typeof asking>) => void]>([
    ["a signal", 3, ({ stopping }) => stopping.abort()],
    ["Ctrl-C", 3, ({ terminal }) => void terminal.write("\u0003")],
    ["Ctrl-D", 2, ({ terminal }) => void terminal.write("\u0004")],
    ["the end of input", 2, ({ terminal }) => terminal.end()],
    ["a terminal that is closed", 2, ({ terminal }) => void terminal.destroy(new Error("EIO"))],
  ])("is ended by %s, with exit code %d", async (_, exitCode, end) => {
    const asked = asking();
    setImmediate(() => end(asked));
    await expect(asked.answer).rejects.toMatchObject({ exitCode });
  });

  test("is not shown where there is no terminal", async () => {
    const { signal } = new AbortController();
    const terminal = { input: new PassThrough(), screen: new PassThrough() };
    const answer = askPassword(terminal, signal, () => {});
    await expect(answer).rejects.toThrow("no terminal to ask on");
  });
});
