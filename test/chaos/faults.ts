// The faults: what each does to the ways, the nodes or the worker, for how long, and how it is made good again.
import { setTimeout as sleep } from "node:timers/promises";
import type { OwnBroker } from "../support/broker.ts";
import type { FaultProxy, Mode } from "../support/fault-proxy.ts";
import type { Random } from "./random.ts";
import type { Side, Site } from "./site.ts";

/** The process that consumes, as far as faults can touch it. */
export interface Worker {
  /** Ends it by that signal and starts another one. */
  replace(signal: "SIGKILL" | "SIGTERM"): Promise<void>;
}

/** What a fault may touch. */
export interface Scene {
  readonly site: Site;
  readonly worker: Worker;
  readonly random: Random;
}

/** One kind of fault. Resolves when it is over and what it has broken is whole again. */
export interface Fault {
  readonly name: string;
  /** What was done, in a few words. */
  apply(scene: Scene): Promise<string>;
}

/** Longer than the three heartbeats of a second in which it must be noticed. */
const SILENCE_MS = 5000;
const ALARM_MS = 3000;
const SLOW_MS = 4000;

const sideChoices: readonly (readonly Side[])[] = [
  ["publisher"],
  ["consumer"],
  ["publisher", "consumer"],
];

/** Breaks the ways of one side or of both. */
function onWays(
  name: string,
  act: (proxies: readonly FaultProxy[], random: Random) => Promise<void> | void,
): Fault {
  return {
    name,
    apply: async ({ site, random }) => {
      const sides = random.pick(sideChoices);
      await act(site.proxies(sides), random);
      return sides.join(" and ");
    },
  };
}

/** Breaks a node. */
function onNode(name: string, act: (node: OwnBroker) => Promise<unknown>): Fault {
  return {
    name,
    apply: async ({ site, random }) => {
      const node = random.pick(site.nodes);
      await act(node);
      return `node ${site.nodes.indexOf(node) + 1} of ${site.nodes.length}`;
    },
  };
}

function silence(name: string, mode: Mode): Fault {
  return onWays(name, async (proxies) => {
    for (const proxy of proxies) proxy.mode = mode;
    await sleep(SILENCE_MS);
    for (const proxy of proxies) proxy.mode = "pass";
  });
}

/** Sets a limit that cannot be kept, and puts the right one back. */
function alarm(name: string, tooStrict: readonly string[], right: readonly string[]): Fault {
  return onNode(name, async (node) => {
    await node.ctl(...tooStrict);
    await sleep(ALARM_MS);
    await node.ctl(...right);
  });
}

/** Every kind of fault. */
export const faults: readonly Fault[] = [
  onWays("reset (RST)", (proxies) => proxies.forEach((proxy) => proxy.cut())),
  onWays("end (FIN)", (proxies) => proxies.forEach((proxy) => proxy.fin())),
  onWays("reset in mid-frame", (proxies, random) =>
    proxies.forEach((proxy) => proxy.cutAfter(1 + random.below(20_000))),
  ),
  onWays("garbled byte", (proxies, random) =>
    proxies.forEach((proxy) => proxy.garble(random.below(200))),
  ),
  onWays("refused, then cut", async (proxies) => {
    await Promise.all(proxies.map((proxy) => proxy.refuse()));
    for (const proxy of proxies) proxy.cut();
    await sleep(2000);
    await Promise.all(proxies.map((proxy) => proxy.reopen()));
  }),
  onWays("slow network", async (proxies) => {
    for (const proxy of proxies) Object.assign(proxy, { delayMs: 200, bytesPerSecond: 100_000 });
    await sleep(SLOW_MS);
    for (const proxy of proxies) Object.assign(proxy, { delayMs: 0, bytesPerSecond: 0 });
  }),
  silence("half-open, to the client", "drop-to-client"),
  silence("half-open, to the broker", "drop-to-server"),
  silence("black hole", "blackhole"),
  silence("stall", "stall"),
  onNode("connections closed by the operator", (node) =>
    node.ctl("close_all_connections", "chaos"),
  ),
  onNode("node killed (kill -9)", async (node) => {
    await node.kill9();
    await sleep(1000);
    await node.restart();
  }),
  onNode("node stopped in good order", async (node) => {
    await node.ctl("stop_app");
    await sleep(1000);
    await node.ctl("start_app");
  }),
  onNode("node restarted (kill -9)", (node) => node.restart()),
  alarm(
    "memory alarm",
    ["set_vm_memory_high_watermark", "0.00001"],
    ["set_vm_memory_high_watermark", "absolute", "1GB"],
  ),
  alarm("disk alarm", ["set_disk_free_limit", "900GB"], ["set_disk_free_limit", "50MB"]),
  { name: "worker killed", apply: replaceWorker("SIGKILL") },
  { name: "worker terminated", apply: replaceWorker("SIGTERM") },
];

function replaceWorker(signal: "SIGKILL" | "SIGTERM"): Fault["apply"] {
  return async ({ worker }) => {
    await worker.replace(signal);
    return signal;
  };
}

/** So many faults in an order of chance: all kinds before any comes twice; only those whose name holds one of `words`. */
export function chooseFaults(
  count: number,
  random: Random,
  words: readonly string[] = [""],
): readonly Fault[] {
  const kinds = faults.filter(({ name }) => words.some((word) => name.includes(word)));
  if (kinds.length === 0) throw new RangeError(`no fault is called ${words.join(" or ")}`);
  const chosen: Fault[] = [];
  while (chosen.length < count) chosen.push(...random.shuffle(kinds));
  return chosen.slice(0, count);
}
