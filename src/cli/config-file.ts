// The file of named defaults: where it is, its text, and who else may read it. What it says: profile.ts.
import type { Environment } from "../world.ts";
import { isUtf8 } from "node:buffer";
import { closeSync, fstatSync, readFileSync } from "node:fs";
import path from "node:path";
import { isatty } from "node:tty";
import { orAborted } from "../time/deadline.ts";
import { errorCode, reasonOf, Unreachable, UsageError, ValueError } from "../errors.ts";
import { openAtOnce, openAwaited, readWhole } from "../input.ts";
import { decodeText, encodeText } from "../message/text.ts";

/** A configuration file as it was found. */
export interface ConfigFile {
  readonly path: string;
  readonly text: string;
  /** May the group or others read or write it? Always false where files have no such permissions (Windows). */
  readonly isShared: boolean;
}

/** Where the file is: the one that was named, else the one in the XDG folder; undefined without a home. */
export function locateConfig(named: string | undefined, env: Environment): string | undefined {
  if (named !== undefined) return named;
  const { XDG_CONFIG_HOME: folder, HOME: home } = env;
  // The XDG base directory specification: a relative path is to be ignored.
  if (folder !== undefined && path.isAbsolute(folder))
    return path.join(folder, "amqp-pubcon", "config.toml");
  return home ? path.join(home, ".config", "amqp-pubcon", "config.toml") : undefined;
}

/**
 * Reads it, permissions and text from the same open file; undefined when there is none. @throws UsageError, Unreachable when
 * stopped
 */
export async function readConfig(
  location: string,
  signal: AbortSignal,
): Promise<ConfigFile | undefined> {
  try {
    const file = openAtOnce(encodeText(location));
    const stats = fstatSync(file);
    // Where nobody may have written yet; it is closed with the stream.
    if (stats.isFIFO() || isatty(file)) {
      const bytes = await orAborted(readWhole(openAwaited(file)), signal);
      if (bytes === "aborted") throw new Unreachable("stopped before the configuration was read");
      return { path: location, text: readText(bytes), isShared: false };
    }
    try {
      const isShared = path.sep === "/" && (stats.mode & 0o066) !== 0;
      return { path: location, text: readText(readFileSync(file)), isShared };
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (error instanceof Unreachable) throw error;
    const code = errorCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new UsageError(
      `the configuration file "${location}": ${reasonOf(error)}`,
      "--config names another one; /dev/null stands for none",
      error,
    );
  }
}

/** TOML is UTF-8. @throws ValueError for other bytes */
function readText(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString("utf8");
  const line = decodeText(bytes)
    .split("\n")
    .findIndex((text) => !text.isWellFormed());
  throw new ValueError(`line ${line + 1} is not UTF-8 text`);
}
