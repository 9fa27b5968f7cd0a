// The file of --report: opened before the run, so that a wrong path is known at once, and written when the run has ended.
import { constants } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { errorCode, Failure, messageOf } from "../errors.ts";
import { pause } from "../time/deadline.ts";

/** A page that will be written. */
export interface ReportFile {
  /** Replaces what the file held. Once. @throws Failure, exit code 7 */
  write(page: string): Promise<void>;
}

/** How often a pipe or a terminal that is full is tried again. */
const TRY_AGAIN_MS = 20;

const hints: Readonly<Record<string, string>> = {
  ENOENT: "its folder does not exist",
  EISDIR: "it is a folder; name a file in it",
  ENOTDIR: "part of the path is no folder",
  ELOOP: "it is a symbolic link, which might lead elsewhere; name the file itself",
  EACCES: "you may not write there",
  ENOSPC: "make room on the disk",
  ENXIO: "nobody reads there; for a named pipe, start its reader first",
};

/**
 * To write at once or not at all: a thread that waits in open(2) or write(2) for the reader of a pipe could be ended by
 * nothing but SIGKILL. A symbolic link is refused (CWE-59).
 */
const { O_WRONLY, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants;
const FLAGS = O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK;

/** Opens or makes it; what it holds stays until the end. @throws Failure, exit code 7 */
export async function openReport(path: string): Promise<ReportFile> {
  const handle = await open(path, FLAGS).catch((error: unknown) => {
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
    await writeAll(handle, Buffer.from(page));
  } finally {
    await handle.close();
  }
}

async function writeAll(handle: FileHandle, bytes: Buffer): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    try {
      written += (await handle.write(bytes, written)).bytesWritten;
    } catch (error) {
      if (errorCode(error) !== "EAGAIN") throw error;
      await pause(TRY_AGAIN_MS);
    }
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
