// The file of --report: opened before the run, so that a wrong path is known at once, and written when the run has ended.
import { constants } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { errorCode, Failure, messageOf } from "../errors.ts";

/** A page that will be written. */
export interface ReportFile {
  /** Replaces what the file held. Once. @throws Failure, exit code 7 */
  write(page: string): Promise<void>;
}

const hints: Readonly<Record<string, string>> = {
  ENOENT: "its folder does not exist",
  EISDIR: "it is a folder; name a file in it",
  ENOTDIR: "part of the path is no folder",
  ELOOP: "it is a symbolic link, which might lead elsewhere; name the file itself",
  EACCES: "you may not write there",
  ENOSPC: "make room on the disk",
};

/** Opens or makes it; what it holds stays until the end. A symbolic link is refused (CWE-59). @throws Failure, exit code 7 */
export async function openReport(path: string): Promise<ReportFile> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW;
  const handle = await open(path, flags).catch((error: unknown) => {
    throw toFailure(path, error);
  });
  return {
    write: async (page) => {
      await replace(handle, page).catch((error: unknown) => {
        throw toFailure(path, error);
      });
    },
  };
}

async function replace(handle: FileHandle, page: string): Promise<void> {
  try {
    // A device has no length to cut.
    if ((await handle.stat()).isFile()) await handle.truncate();
    await handle.writeFile(page);
  } finally {
    await handle.close();
  }
}

function toFailure(path: string, error: unknown): Failure {
  const code = errorCode(error);
  const reason = messageOf(error);
  return new Failure(
    "output",
    `--report "${path}" cannot be written: ${reason}`,
    hints[code],
    error,
  );
}
