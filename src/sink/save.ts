// --save: keeps each message in a folder, as two files whose names are only a number (record.ts): nothing that a message
// says becomes part of a name. A file that is there is never touched; a message counts as saved once its record is there.
import { constants } from "node:fs";
import { copyFile, link, mkdir, open, readdir, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { errorCode, Failure, messageOf } from "../errors.ts";
import type { Delivery } from "../message/message.ts";
import { savedNames, toRecordWithoutBody } from "../message/record.ts";
import type { Sink } from "./sink.ts";

/** Files written at once: a disk is faster with several, and every one takes a descriptor. */
const AT_ONCE = 16;

/** What is created is new, no link to somewhere else, and nobody else's to read. */
const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
const EXCLUSIVE = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;
const OWNER_ONLY = 0o600;

/** Makes the folder if need be, and counts on behind what it holds. @throws Failure (exit code 7) */
export async function openSave(folder: string): Promise<Sink> {
  const last = await orFailure(folder, async () => {
    await makeFolder(folder);
    return largestNumber(await readdir(folder));
  });
  const saver = new Saver(folder, last);
  return (batch) => orFailure(folder, () => saver.save(batch));
}

/** With its parents. (Node's own `recursive` never ends where nothing can be made: /proc/x/y.) */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    const code = errorCode(error);
    if (code === "EEXIST") return;
    if (code !== "ENOENT" || dirname(folder) === folder) throw error;
    await makeFolder(dirname(folder));
    // Another run may have made it meanwhile.
    await mkdir(folder, { mode: 0o700 }).catch(unlessThere);
  }
}

class Saver {
  readonly #folder: string;
  #last: number;

  constructor(folder: string, last: number) {
    this.#folder = folder;
    this.#last = last;
  }

  async save(batch: readonly Delivery[]): Promise<void> {
    const receivedAt = Date.now();
    for (let at = 0; at < batch.length; at += AT_ONCE) {
      const some = batch
        .slice(at, at + AT_ONCE)
        .map((delivery) => this.#keep(delivery, receivedAt));
      // All have ended before an error is told: nothing is written behind the caller's back.
      const ended = await Promise.allSettled(some);
      for (const one of ended) if (one.status === "rejected") throw one.reason;
    }
  }

  /** The body is there first and takes the number; the record says that the message is complete. */
  async #keep(delivery: Delivery, receivedAt: number): Promise<void> {
    const { record, body } = await this.#takeNumber(delivery.body);
    const draft = join(this.#folder, `.${record}.part`);
    try {
      // The number is ours now: if there is a draft, a killed run has left it.
      await unlink(draft).catch(() => {});
      await writeNew(draft, `${toRecordWithoutBody(delivery, receivedAt)}\n`);
      await publish(draft, join(this.#folder, record));
    } catch (error) {
      await unlink(join(this.#folder, body)).catch(() => {});
      throw error;
    }
  }

  async #takeNumber(body: Buffer): Promise<ReturnType<typeof savedNames>> {
    for (;;) {
      const names = savedNames(++this.#last);
      const taken = await writeNew(join(this.#folder, names.body), body).catch(unlessThere);
      if (taken !== "there") return names;
    }
  }
}

/** Another run saves into this folder at the same time, and has taken this number. */
function unlessThere(error: unknown): "there" {
  if (errorCode(error) === "EEXIST") return "there";
  throw error;
}

/** Creates a file; leaves none behind when it cannot be written whole. */
async function writeNew(path: string, content: Buffer | string): Promise<void> {
  const file = await open(path, EXCLUSIVE, OWNER_ONLY);
  try {
    await file.writeFile(content);
  } catch (error) {
    await unlink(path).catch(() => {});
    throw error;
  } finally {
    await file.close();
  }
}

/** Gives a draft its name in one step. Unlike a rename, a link never replaces what has that name. */
async function publish(draft: string, path: string): Promise<void> {
  try {
    await link(draft, path).catch(async (error: unknown) => {
      if (errorCode(error) === "EEXIST") throw error;
      // A file system without links.
      await copyFile(draft, path, constants.COPYFILE_EXCL);
    });
  } finally {
    await unlink(draft).catch(() => {});
  }
}

function largestNumber(names: readonly string[]): number {
  const numbers = names.map((name) => Number(/^(\d{1,15})\.(?:json|body)$/.exec(name)?.[1] ?? 0));
  return numbers.reduce((largest, number) => Math.max(largest, number), 0);
}

async function orFailure<T>(folder: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    const message = messageOf(error);
    throw new Failure(
      "output",
      `--save ${folder}: ${message}`,
      "what was not saved was not acknowledged, unless by --ack-auto",
      error,
    );
  }
}
