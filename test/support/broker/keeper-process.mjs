// Outlives the process that started it by a moment: when that one ends, however it ends, its end of the pipe closes,
// and this one kills, removes and stops what it was told to look after. Plain JavaScript: it must start at once.
//
// In: one JSON order a line: {"folder": PATH} {"epmd": PORT} {"group": PID} {"forget": PID} {"command": [PROGRAM, …]}
import { execFile } from "node:child_process";
import { rm } from "node:fs/promises";
import net from "node:net";
import { createInterface } from "node:readline";

const folders = [];
const epmdPorts = [];
const groups = new Set();
const commands = [];

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => {});

for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line);
  if (order.folder) folders.push(order.folder);
  if (order.epmd) epmdPorts.push(order.epmd);
  if (order.group) groups.add(order.group);
  if (order.forget) groups.delete(order.forget);
  if (order.command) commands.push(order.command);
}

for (const group of groups) killGroup(group);
await Promise.all([
  ...epmdPorts.map(stopEpmd),
  ...commands.map(([program, ...args]) => run(program, args)),
]);
// A killed Erlang VM may still be writing for a moment.
await Promise.all(
  folders.map((folder) =>
    rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 }),
  ),
);

function killGroup(group) {
  try {
    process.kill(-group, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

/** Erlang's port mapper runs on as a daemon; the request 'k' ends it, once no node is left (Erlang distribution protocol, KILL_REQ). */
async function stopEpmd(port) {
  for (let attempt = 0; attempt < 40; attempt += 1) {
    if ((await askEpmdToStop(port)) !== "NO") return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function askEpmdToStop(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, "127.0.0.1", () => socket.write(Buffer.from([0, 1, 107])));
    socket.setTimeout(1000, () => socket.destroy());
    socket.on("data", (answer) => resolve(String(answer).slice(0, 2)));
    socket.on("error", () => resolve("gone"));
    socket.on("close", () => resolve("gone"));
  });
}

function run(program, args) {
  return new Promise((resolve) => execFile(program, args, { timeout: 30_000 }, () => resolve()));
}
