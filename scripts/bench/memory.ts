// How much memory a gigabyte takes on its way: as lines through a pipe, and as files of one mebibyte.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { connect } from "amqplib";
import { runToEnd } from "./measure.ts";
import type { Table } from "./table.ts";
import type { Arena } from "./turns.ts";

const MEBIBYTE = 1024 * 1024;
const binary = fileURLToPath(new URL("../../dist/amqp-pub.cjs", import.meta.url));

/** Each with --confirm, into a queue that drops its oldest messages. */
export async function benchMemory({ url, scale, say }: Arena): Promise<Table> {
  const mebibytes = Math.max(1, Math.round(1024 * scale));
  const queue = `bench.${process.pid}`;
  const connection = await connect(url);
  const channel = await connection.createChannel();
  const options = {
    durable: true,
    expires: 600_000,
    maxLength: 1000,
    arguments: { "x-max-length-bytes": 16 * MEBIBYTE },
  };
  await channel.assertQueue(queue, options);
  const folder = await mkdtemp(join(tmpdir(), "amqp-bench-"));
  const rows: (readonly string[])[] = [];
  const measure = async (what: string, pipe: string, source: string): Promise<void> => {
    const publish = `exec "$0" "$1" -u "$2" -k "$3" --confirm --quiet ${source}`;
    const args = [binary, url, queue, folder, `${mebibytes}`];
    const script = `${pipe}${publish}`;
    const { code, wallMs, peakMb } = await runToEnd("/bin/bash", [
      "-c",
      script,
      process.execPath,
      ...args,
    ]);
    if (code !== 0) throw new Error(`${what}: amqp-pub ended with ${code}`);
    const speed = mebibytes / (wallMs / 1000);
    say(`${what}: ${mebibytes} MiB in ${(wallMs / 1000).toFixed(1)} s`);
    rows.push([
      what,
      `${mebibytes}`,
      speed.toFixed(0),
      peakMb === undefined ? "–" : peakMb.toFixed(0),
    ]);
  };
  try {
    // The shell becomes amqp-pub, so that the peak is amqp-pub's; input comes from a process of its own.
    await measure(
      "lines of 100 bytes, -l",
      `exec < <(yes "$(printf '%099d' 0)" | head -c "$5M"); `,
      "-l",
    );
    await writeFile(join(folder, "1MiB"), Buffer.alloc(MEBIBYTE, "x"));
    const files = `-f $(for i in $(seq "$5"); do echo "$4/1MiB"; done)`;
    await measure("files of 1 MiB, -f", "", files);
  } finally {
    await channel.deleteQueue(queue);
    await connection.close();
    await rm(folder, { recursive: true });
  }
  return { columns: ["input, confirmed", "MiB", "MiB/s", "peak MB"], rows };
}
