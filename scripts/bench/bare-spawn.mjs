// The limit for handlers: programs that Node starts, eight at a time, each given a few bytes and waited for; no broker, no
// account. Usage: bare-spawn.mjs COUNT
import { spawn } from "node:child_process";
import process from "node:process";

const JOBS = 8;
let left = Number(process.argv[2]);

await Promise.all(Array.from({ length: JOBS }, work));

async function work() {
  while (left-- > 0) await runOne();
}

function runOne() {
  const child = spawn("/bin/cat", [], { stdio: ["pipe", "inherit", "inherit"], detached: true });
  child.stdin.end("line-00000000");
  return new Promise((resolve) => child.once("close", resolve));
}
