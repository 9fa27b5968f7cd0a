// A file as a stream. Node's own for standard output writes once, and takes a partial write for the whole: on a full disk,
// messages would be acknowledged that are nowhere.
import { fstatSync, writeSync } from "node:fs";
import { Writable } from "node:stream";

export class FileStream extends Writable {
  readonly fd: number;

  constructor(fd: number) {
    super();
    this.fd = fd;
  }

  override _write(bytes: Buffer, _encoding: string, done: (error?: Error) => void): void {
    try {
      for (let at = 0; at < bytes.length;) at += writeSync(this.fd, bytes, at);
      done();
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
    }
  }
}

/** The stream itself, unless it leads to a file. */
export function completing<T extends Writable & { readonly fd: number }>(
  stream: T,
): T | FileStream {
  return fstatSync(stream.fd).isFile() ? new FileStream(stream.fd) : stream;
}
