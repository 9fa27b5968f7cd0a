// Notices that the reader of our pipe has gone, without writing to it: `amqp-con | head -1` must end although no further
// message comes. Linux only; elsewhere, and for what is not a pipe, the next write tells.
import { closeSync, constants, fstatSync, openSync } from "node:fs";
import { Socket, type SocketConstructorOpts } from "node:net";
// oxlint-disable-next-line no-restricted-imports -- Node has no public way to wait for a descriptor's error (poll(2)).
import process from "node:process";

/** Calls back once, when nobody reads the pipe any longer. Does not keep the process alive. */
export function watchReader(descriptor: number, gone: () => void): void {
  const socket = listen(descriptor);
  socket?.on("error", (error) => {
    // The kernel says that the readers have gone; Node then tries to read, which is not possible at this end: EBADF.
    if ("code" in error && error.code === "EBADF") gone();
  });
  socket?.resume().unref();
}

/**
 * A second handle on the pipe that listens, as one on a TCP connection would: Node does not listen at the writing end of a
 * pipe. Undefined where that cannot be had.
 */
function listen(descriptor: number): Socket | undefined {
  const handle = openTcpHandle();
  const pipe = handle && openAgain(descriptor);
  if (pipe === undefined) return undefined;
  if (handle?.open(pipe) !== 0) {
    closeSync(pipe);
    return undefined;
  }
  const options: SocketConstructorOpts & { readonly handle: object } = {
    handle,
    readable: true,
    writable: false,
  };
  return new Socket(options);
}

/** Only a pipe: libuv ends the process when told to wait for a file. */
function openAgain(descriptor: number): number | undefined {
  try {
    if (!fstatSync(descriptor).isFIFO()) return undefined;
    return openSync(`/proc/self/fd/${descriptor}`, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
}

interface Handle {
  open(descriptor: number): number;
}

/** Node's own handle of a TCP connection; undefined in a Node that no longer offers it, or that throws when asked for it. */
function openTcpHandle(): Handle | undefined {
  if (process.throwDeprecation) return undefined;
  try {
    const { TCP, constants: kinds } = Reflect.get(process, "binding")("tcp_wrap");
    return new TCP(kinds.SOCKET);
  } catch {
    return undefined;
  }
}
