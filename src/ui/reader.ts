// Notices that whoever read our pipe has gone, without writing to it: `amqp-con | head -1` must end although no further
// message comes. Linux only; elsewhere, and for what is no pipe, the next write tells.
import { closeSync, constants, fstatSync, openSync } from "node:fs";

const LOOK_EVERY_MS = 200;

/** Looks now and then, and calls back once. Keeps no process alive. */
export function watchReader(descriptor: number, gone: () => void): void {
  if (!isPipe(descriptor)) return;
  const timer = setInterval(() => {
    if (hasReader(descriptor)) return;
    clearInterval(timer);
    gone();
  }, LOOK_EVERY_MS).unref();
}

function isPipe(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isFIFO();
  } catch {
    return false;
  }
}

/** A pipe that nobody reads cannot be opened for writing without waiting (fifo(7): ENXIO). */
function hasReader(descriptor: number): boolean {
  try {
    const flags = constants.O_WRONLY | constants.O_NONBLOCK;
    closeSync(openSync(`/proc/self/fd/${descriptor}`, flags));
    return true;
  } catch (error) {
    return !(error instanceof Error && "code" in error && error.code === "ENXIO");
  }
}
