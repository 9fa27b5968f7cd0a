// What a handler reads from: files without a name. It may read them or not, as late as it likes, and open them again as
// /dev/stdin or /dev/fd/3; nobody waits for it, and no pipe breaks.
import { randomBytes } from "node:crypto";
import { closeSync, openSync, unlinkSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Failure, messageOf } from "../errors.ts";
import { isShortOfFiles } from "./not-started.ts";

/** Up to this size an input is kept in memory, where there is a place for that. */
const SMALL_BYTES = 1024 * 1024;
const MEMORY = "/dev/shm";

export class Inputs {
  readonly #prefix = `amqp-con-${randomBytes(12).toString("base64url")}-`;
  readonly #disk = tmpdir();
  #count = 0;

  /** A descriptor of a file that holds these bytes, at its beginning. The caller closes it. @throws Failure without room */
  open(bytes: Buffer): number {
    const isSmall = bytes.length <= SMALL_BYTES;
    const [first, second] = isSmall ? [MEMORY, this.#disk] : [this.#disk, MEMORY];
    try {
      return this.#write(first, bytes);
    } catch {
      return this.#writeOrFail(second, bytes);
    }
  }

  #writeOrFail(folder: string, bytes: Buffer): number {
    try {
      return this.#write(folder, bytes);
    } catch (error) {
      // Another folder would not help.
      if (isShortOfFiles(error)) throw error;
      const reason = messageOf(error);
      const hint = "TMPDIR may name another folder for what handlers read";
      throw new Failure("handler", `no room for a handler's input: ${reason}`, hint, error);
    }
  }

  #write(folder: string, bytes: Buffer): number {
    const name = join(folder, `${this.#prefix}${++this.#count}`);
    const descriptor = openSync(name, "wx+", 0o600);
    try {
      unlinkSync(name);
      // With a position, so that the descriptor itself stays at the beginning.
      for (let at = 0; at < bytes.length;)
        at += writeSync(descriptor, bytes, at, bytes.length - at, at);
      return descriptor;
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
  }
}
