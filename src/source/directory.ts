// The messages of a folder in which amqp-con --save (or rabtap --saveto) has left them; its layout: record.ts.
import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { errorCode, reasonOf, ValueError } from "../errors.ts";
import type { PublishRecord } from "../message/record.ts";
import { decodeText, encodeText } from "../message/text.ts";
import { Pace } from "../time/pace.ts";
import { gaps } from "./pace.ts";
import { readBody, unreadable } from "./pieces.ts";
import { parseRecord, toMessage, type ReplayPlan } from "./records.ts";
import { attempt, type Source, type SourceWorld } from "./source.ts";

export interface DirectoryPlan extends ReplayPlan {
  /** The flag that names the folder, for errors. */
  readonly flag: string;
  readonly folder: string;
}

/** In the order of their names, one at a time in memory. A body without record is not complete, and passed over. */
export function directory({ flag, folder, toOrigin, speed }: DirectoryPlan): Source {
  return async function* messages(envelope, world) {
    const names = await listRecords(flag, folder);
    world.progress?.expect(names.length, "messages");
    const pace = new Pace(world.stop);
    const gap = gaps(speed);
    for (const name of names) {
      if (world.stop.aborted) return;
      const file = path.join(folder, name);
      world.position.place = place(file);
      const record = await readSaved(file, world);
      const message =
        record && attempt(() => toMessage(record, envelope, toOrigin), place(file), world);
      if (message && record.unreadBytes) world.tooLarge(message, record.unreadBytes);
      else if (message) {
        if (speed > 0) await pace.next(gap(record.receivedAt));
        yield [message];
      }
      world.progress?.advance(1, message?.body.length);
    }
  };
}

/**
 * The names of the records, in order, without hidden ones (._1.json is a Mac's): all have the same length, or the same
 * beginning and a time in nanoseconds.
 */
async function listRecords(flag: string, folder: string): Promise<readonly string[]> {
  const names = await readdir(folder, { encoding: "buffer" }).catch((error: unknown) => {
    throw unreadable(flag, folder, error);
  });
  return names
    .map(decodeText)
    .filter((name) => name.endsWith(".json") && !name.startsWith("."))
    .toSorted();
}

const place = (file: string) => (): string => `"${file}"`;

/** A record with its body; one that is too large to be read is left out. */
interface Saved extends PublishRecord {
  readonly unreadBytes?: number;
}

/** Undefined when it cannot be read and may be skipped. */
async function readSaved(file: string, world: SourceWorld): Promise<Saved | undefined> {
  const refuse = (error: unknown): undefined => {
    world.refuse(`"${file}"`, reasonOf(error));
  };
  const bytes = await readRegular(file, (exact) => readFile(exact)).catch(refuse);
  if (!bytes) return undefined;
  const record = attempt(() => parseRecord(bytes) ?? empty(), place(file), world);
  if (!record || record.body?.length) return record;
  const body = await readBeside(file, record.body).catch(refuse);
  if (typeof body === "number") return { ...record, unreadBytes: body };
  return body && { ...record, body };
}

/** Opening a pipe may wait for ever, and a device may have no end. A name need not be UTF-8. */
async function readRegular<T>(file: string, read: (exact: Buffer) => Promise<T>): Promise<T> {
  const exact = encodeText(file);
  if (!(await stat(exact)).isFile()) throw new ValueError("is no regular file");
  return read(exact);
}

function empty(): never {
  throw new ValueError("holds no record");
}

/**
 * Ours ends in .body, rabtap's in .dat; the record then says nothing of a body, or that it is empty.
 * @throws Error when there is none and the record says nothing, or it cannot be read
 */
async function readBeside(file: string, inside: Buffer | undefined): Promise<Buffer | number> {
  for (const ending of ["body", "dat"]) {
    const beside = file.replace(/json$/, ending);
    const body = await readRegular(beside, readBody).catch((error: unknown) => {
      if (errorCode(error) === "ENOENT") return undefined;
      throw new ValueError(`its body, the file that ends in .${ending}: ${reasonOf(error)}`);
    });
    if (body) return body;
  }
  if (inside) return inside;
  throw new ValueError("its body, the file of the same name that ends in .body, is missing");
}
