// Where a report is written, and where it is not.
import { closeSync } from "node:fs";
import { mkdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Failure } from "../../src/errors.ts";
import { openReport } from "../../src/measure/report-file.ts";
import { openAtOnce, openAwaited, readWhole } from "../../src/input.ts";
import { testFolder } from "../support/folder.ts";
import { command } from "../support/run.ts";

async function failureOf(attempt: Promise<unknown>): Promise<Failure> {
  const error: unknown = await attempt.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Failure)) throw new Error(`expected a Failure, got ${String(error)}`);
  return error;
}

async function namedPipe(): Promise<string> {
  const path = join(await testFolder(), "pipe");
  await command("mkfifo", [path]).ended();
  return path;
}

describe("the file of a report", () => {
  it("is made, and holds the page", async () => {
    const path = join(await testFolder(), "report.html");
    await (await openReport(path)).write("<p>page");
    expect(await readFile(path, "utf8")).toBe("<p>page");
  });

  it("is overwritten when it exists, whole, and keeps its content until then", async () => {
    const path = join(await testFolder(), "report.html");
    await writeFile(path, "a longer page of another run", { mode: 0o600 });
    const file = await openReport(path);
    expect(await readFile(path, "utf8")).toBe("a longer page of another run");
    await file.write("short");
    expect(await readFile(path, "utf8")).toBe("short");
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });
});

describe("a named pipe as the file of a report", () => {
  it("is refused at once when nobody reads it", async () => {
    const path = await namedPipe();
    const failure = await failureOf(openReport(path));
    expect(failure.exitCode).toBe(7);
    expect(failure.message).toContain(`--report "${path}" cannot be written: ENXIO`);
    expect(failure.hint).toBe("nobody reads there; for a named pipe, start its reader first");
  });

  it("takes a page that is larger than it holds, as fast as its reader reads", async () => {
    const path = await namedPipe();
    const reader = openAtOnce(path);
    const page = "<p>page".repeat(100_000);
    const writing = (await openReport(path)).write(page);
    expect((await readWhole(openAwaited(reader))).toString()).toBe(page);
    await writing;
  });

  it("tells when its reader goes", async () => {
    const path = await namedPipe();
    const reader = openAtOnce(path);
    const file = await openReport(path);
    closeSync(reader);
    expect((await failureOf(file.write("page"))).message).toContain("EPIPE");
  });
});

describe("what cannot be written ends with exit code 7", () => {
  it("at once, for a symbolic link: what it leads to stays as it is", async () => {
    const folder = await testFolder();
    const [target, path] = [join(folder, "precious"), join(folder, "report.html")];
    await writeFile(target, "precious");
    await symlink(target, path);
    const failure = await failureOf(openReport(path));
    expect(failure.exitCode).toBe(7);
    expect(failure.message).toContain(`--report "${path}" cannot be written: ELOOP`);
    expect(failure.hint).toBe(
      "it is a symbolic link, which might lead elsewhere; name the file itself",
    );
    expect(await readFile(target, "utf8")).toBe("precious");
  });

  it("at once, for a link that leads to nothing: nothing is made there", async () => {
    const folder = await testFolder();
    const [target, path] = [join(folder, "nothing"), join(folder, "report.html")];
    await symlink(target, path);
    expect((await failureOf(openReport(path))).exitCode).toBe(7);
    await expect(stat(target)).rejects.toThrow("ENOENT");
  });

  it("at once, for a folder, and for a folder that does not exist", async () => {
    const folder = await testFolder();
    await mkdir(join(folder, "sub"));
    expect((await failureOf(openReport(join(folder, "sub")))).hint).toBe(
      "it is a folder; name a file in it",
    );
    expect((await failureOf(openReport(join(folder, "none", "report.html")))).hint).toBe(
      "its folder does not exist",
    );
  });

  it("when the disk is full", async () => {
    const file = await openReport("/dev/full");
    const failure = await failureOf(file.write("page"));
    expect(failure).toMatchObject({ exitCode: 7, hint: "make room on the disk" });
  });
});
