// Drills about too much: a broker that takes nothing, a gigabyte on stdin, a reader of stdout that stands still.
import { setTimeout as sleep } from "node:timers/promises";
import type { Child } from "../support/child.ts";
import { run } from "../support/run.ts";
import type { Drill } from "./drills.ts";
import { moreLines, openShelf, peakMiB, Rig, upcoming } from "./rig.ts";
import { Shelf } from "./shelf.ts";

const GIGABYTE = 1_000_000_000;
const MOST_MIB = 150;
const STUCK_MS = 15_000;

function alarm(kind: string, tooStrict: readonly string[], right: readonly string[]): Drill {
  return {
    name: `${kind} alarm of the broker`,
    promise:
      "stdin is not read any further (the pipe stays full for 3 s), it is said, and it goes on",
    run: async (site) => {
      const [node] = site.nodes;
      const shelf = await openShelf(site);
      const rig = new Rig(site, shelf, []);
      await moreLines(rig.child, 1000);
      const said = upcoming(rig.child, "the broker takes no messages at the moment");
      await node?.ctl(...tooStrict);
      await said;
      // What is under way to the window still moves.
      await sleep(500);
      const fed = rig.fed;
      await sleep(3000);
      const taken = rig.fed - fed;
      const isOver = upcoming(rig.child, "the broker takes messages again");
      await node?.ctl(...right);
      await isOver;
      await moreLines(rig.child, 5000);
      rig.stop();
      const { code } = await rig.child.ended(60_000);
      await shelf.remove();
      return { measured: `${taken} bytes taken in 3 s`, kept: taken === 0 && code === 0 };
    },
  };
}

function gigabyte(lineBytes: number): Drill {
  return {
    name: `1 GB through stdin, lines of ${lineBytes} bytes`,
    promise: `peak memory (RSS) at most ${MOST_MIB} MiB`,
    run: async (site) => {
      const shelf = await openShelf(site);
      const rig = new Rig(site, shelf, ["--quiet"], lineBytes);
      const peak = await watchPeak(rig.child, () => {
        if (rig.fed >= GIGABYTE) rig.stop();
      });
      const { code } = await rig.child.ended(60_000);
      await shelf.remove();
      return { measured: `${peak.toFixed(0)} MiB`, kept: peak <= MOST_MIB && code === 0 };
    },
  };
}

/** The highest peak seen until the process ends; it is looked at all the time. */
async function watchPeak(child: Child, look: () => void): Promise<number> {
  let highest = 0;
  while (child.running) {
    const peak = await peakMiB(child.pid ?? 0).catch(() => 0);
    if (peak > highest) highest = peak;
    look();
    await sleep(50);
  }
  return highest;
}

function stuck(messages: number, size: number): Drill {
  return {
    name: `the reader of amqp-con stands still for ${STUCK_MS / 1000} s, ${messages} messages of ${size} bytes wait`,
    promise: `peak memory (RSS) at most ${MOST_MIB} MiB, heartbeats go on, nothing is lost`,
    run: async (site) => {
      const name = `drill-stuck-${Date.now()}`;
      const shelf = await Shelf.create(site.nodes[0]?.url ?? "", name, "classic");
      await shelf.fill(messages, size);
      const flags = ["-q", shelf.queue, "--format", "raw", "--heartbeat", "1", "-n", `${messages}`];
      const child = run("amqp-con", [...site.connection("consumer"), ...flags]);
      child.pause("stdout");
      await sleep(STUCK_MS);
      const peak = await peakMiB(child.pid ?? 0);
      child.resume("stdout");
      const { code, stdoutBytes, stderr } = await child.ended(120_000);
      await shelf.remove();
      const isWhole = stdoutBytes.length === messages * size;
      const isQuiet = !stderr.includes("reconnecting");
      return {
        measured: `${peak.toFixed(0)} MiB, ${stdoutBytes.length} bytes read at last`,
        kept: peak <= MOST_MIB && isWhole && isQuiet && code === 0,
      };
    },
  };
}

export const pressureDrills: readonly Drill[] = [
  alarm(
    "memory",
    ["set_vm_memory_high_watermark", "0.00001"],
    ["set_vm_memory_high_watermark", "absolute", "1GB"],
  ),
  alarm("disk", ["set_disk_free_limit", "900GB"], ["set_disk_free_limit", "50MB"]),
  gigabyte(1000),
  gigabyte(1_000_000),
  stuck(300_000, 1000),
  stuck(300, 1_000_000),
];
