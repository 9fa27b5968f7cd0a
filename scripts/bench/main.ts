// npm run bench -- [publish|consume|work|memory ...] [--rounds 5] [--scale 1] [--write]
// Compares both binaries with every other tool on this machine, in turns on one broker (AMQP_URL, or one of our own), so
// that whatever slows the machine slows all. Prints Markdown; --write puts it into docs/performance.md.
import process from "node:process";
import { parseArgs } from "node:util";
import { findBroker } from "../../test/support/broker.ts";
import { benchMemory } from "./memory.ts";
import { benchConsumers, benchPublishers, benchWorkers } from "./races.ts";
import { toMarkdown, writeDown, type Table } from "./table.ts";
import type { Arena } from "./turns.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "5" },
    scale: { type: "string", default: "1" },
    write: { type: "boolean", default: false },
  },
});

const benches: Readonly<Record<string, (arena: Arena) => Promise<Table>>> = {
  publish: benchPublishers,
  consume: benchConsumers,
  work: benchWorkers,
  memory: benchMemory,
};

const names = positionals.length > 0 ? positionals : Object.keys(benches);
const unknown = names.find((name) => benches[name] === undefined);
if (unknown === undefined) await main();
else {
  process.stderr.write(`${unknown} is none of ${Object.keys(benches).join(", ")}\n`);
  process.exitCode = 2;
}

async function main(): Promise<void> {
  const broker = await findBroker({ config: ["vm_memory_high_watermark.absolute = 4GB"] });
  const arena = {
    url: broker.url,
    rounds: Number(values.rounds),
    scale: Number(values.scale),
    say: (line: string): void => void process.stderr.write(`${line}\n`),
  };
  const where = `Node ${process.versions.node}, RabbitMQ ${broker.version}, ${arena.rounds} rounds, medians`;
  try {
    for (const name of names) {
      const table = await benches[name]?.(arena);
      if (!table) continue;
      process.stdout.write(`\n${toMarkdown(table)}\n`);
      if (values.write) await writeDown(name, table, where);
    }
    process.stdout.write(`${where}\n`);
  } finally {
    await broker.stop();
  }
}
