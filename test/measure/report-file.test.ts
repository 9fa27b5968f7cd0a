// Where a report is written, and where it is not.
import { mkdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Failure } from "../../src/errors.ts";
import { openReport } from "../../src/measure/report-file.ts";
import { testFolder } from "../support/folder.ts";

async function failureOf(attempt: Promise<unknown>): Promise<Failure> {
  const error: unknown = await attempt.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Failure)) throw new Error(`expected a Failure, got ${String(error)}`);
  return error;
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
