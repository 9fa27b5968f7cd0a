// Drills about a broker that goes away, is silent, or never comes: how soon is it noticed, and how soon is it over?
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Mode } from "../support/fault-proxy.ts";
import { type BinaryName, run, runToEnd } from "../support/run.ts";
import type { Drill } from "./drills.ts";
import { atMost, moreLines, openShelf, Rig, timed, untilOpen, upcoming } from "./rig.ts";
import type { Side } from "./site.ts";
import { lastJson } from "./traffic.ts";

const ROUNDS = 5;
const CONNECT_TIMEOUT_S = 1;
const MAX_OUTAGE_S = 2;

const restart: Drill = {
  name: "the only node is killed (kill -9) and started again",
  promise: "publishing goes on within 2 s after the port is open",
  run: async (site) => {
    const shelf = await openShelf(site);
    const [node] = site.nodes;
    const rig = new Rig(site, shelf, ["--rate", "2000"]);
    const times: number[] = [];
    for (let round = 1; round <= ROUNDS; round++) {
      await moreLines(rig.child, 500);
      await node?.kill9();
      await sleep(500 * round);
      // What was confirmed before the kill is shown by now.
      const more = moreLines(rig.child, 1);
      const restarted = node?.restart();
      await untilOpen(node?.port ?? 0);
      times.push(await timed(more));
      await restarted;
    }
    rig.stop();
    const { code } = await rig.child.ended(30_000);
    await shelf.remove();
    return atMost(times, 2000, code === 0);
  },
};

function silence(mode: Mode, name: string, side: Side): Drill {
  const binary = side === "publisher" ? "amqp-pub" : "amqp-con";
  return {
    name: `${name}, ${binary}`,
    promise: "noticed within 3 heartbeats of 1 s",
    run: async (site) => {
      const shelf = await openShelf(site);
      const flags = ["--heartbeat", "1", "--connect-timeout", "1"];
      const child =
        side === "publisher"
          ? new Rig(site, shelf, [...flags, "--rate", "100"]).child
          : run("amqp-con", [...site.connection("consumer"), "-q", shelf.queue, ...flags]);
      await (side === "publisher" ? moreLines(child, 10) : shelf.untilConsumed());
      const times: number[] = [];
      for (let round = 1; round <= ROUNDS; round++) {
        // At another moment between two heartbeats each time.
        await sleep(1000 + round * 170);
        const noticed = upcoming(child, /; reconnecting$/);
        for (const proxy of site.proxies([side])) proxy.mode = mode;
        times.push(await timed(noticed));
        const back = upcoming(child, /^connected again/);
        for (const proxy of site.proxies([side])) proxy.mode = "pass";
        await back;
      }
      child.kill("SIGTERM");
      const { code } = await child.ended(20_000);
      await shelf.remove();
      return atMost(times, 3000, code === 0);
    },
  };
}

function silentPort(binary: BinaryName): Drill {
  return {
    name: `a port that accepts and is silent, ${binary}`,
    promise: `exit code 3 within --connect-timeout ${CONNECT_TIMEOUT_S} and 0.3 s, from start to end`,
    run: async () => {
      const server = createServer(() => {}).listen(0, "127.0.0.1");
      await once(server, "listening");
      const { port } = portOf(server.address());
      const times: number[] = [];
      const codes = new Set<number | null>();
      for (let round = 1; round <= ROUNDS; round++) {
        const flags = ["-u", `amqp://127.0.0.1:${port}`, "-q", "q", "--connect-timeout", "1"];
        const { ms, code } = await runToEnd(binary, flags);
        times.push(ms);
        codes.add(code);
      }
      server.close();
      return atMost(times, 1000 * CONNECT_TIMEOUT_S + 300, [...codes].join() === "3");
    },
  };
}

function portOf(address: AddressInfo | string | null): AddressInfo {
  if (address === null || typeof address === "string") throw new Error("it does not listen");
  return address;
}

function givingUp(mode: Mode | "refuse", name: string): Drill {
  return {
    name: `${name}, for longer than --max-outage ${MAX_OUTAGE_S}`,
    promise: "exit code 3 within 1 s after that, and the account adds up",
    run: async (site) => {
      const shelf = await openShelf(site);
      const outage = ["--max-outage", `${MAX_OUTAGE_S}`, "--heartbeat", "1"];
      const rig = new Rig(site, shelf, outage);
      await moreLines(rig.child, 1000);
      const proxies = site.proxies(["publisher"]);
      const lost = upcoming(rig.child, /; reconnecting$/);
      if (mode === "refuse") await Promise.all(proxies.map((proxy) => proxy.refuse()));
      else for (const proxy of proxies) proxy.mode = mode;
      for (const proxy of proxies) if (mode === "refuse") proxy.cut();
      await lost;
      const ms = await timed(rig.child.exit);
      const { code, stderr, stdout } = await rig.child.exit;
      for (const proxy of proxies) proxy.mode = "pass";
      for (const proxy of proxies) await proxy.reopen();
      await shelf.remove();
      const account = lastJson(stderr);
      const { read, confirmed, returned, nacked, unconfirmed } = account;
      const sum = [confirmed, returned, nacked, unconfirmed].map(Number).reduce((a, b) => a + b);
      const shown = stdout.match(/^Sent: /gm)?.length;
      const isExact = sum === read && confirmed === shown;
      const found = atMost([ms], 1000 * MAX_OUTAGE_S + 1000, code === 3 && isExact);
      const counts = `read ${String(read)}, confirmed ${String(confirmed)}, unconfirmed ${String(unconfirmed)}`;
      return { ...found, measured: `${found.measured} after the loss; ${counts}` };
    },
  };
}

export const outageDrills: readonly Drill[] = [
  restart,
  ...(["publisher", "consumer"] as const).flatMap((side) => [
    silence("blackhole", "black hole", side),
    silence("drop-to-client", "half-open, nothing reaches the client", side),
    silence("drop-to-server", "half-open, nothing reaches the broker", side),
  ]),
  silentPort("amqp-pub"),
  silentPort("amqp-con"),
  givingUp("refuse", "nobody listens any more"),
  givingUp("blackhole", "a black hole"),
];
