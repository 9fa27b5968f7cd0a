// A temporary folder that ends with its test.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { atTestEnd } from "./cleanup.ts";

/** Makes an empty folder of its own for the current test. */
export async function testFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "amqp-pubcon-test-"));
  atTestEnd(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
