// Which process groups a program has made: who calls setsid(2) or is a job of an interactive shell is not in the program's own.
import { readdirSync, readFileSync } from "node:fs";

/** The process group of this number, and those of all that its leader has started and that still has its parent. Linux only. */
export function groupsBelow(leader: number): ReadonlySet<number> {
  const groups = new Set([leader]);
  const found = [leader];
  for (const pid of found) {
    found.push(...childrenOf(pid));
    const group = groupOf(pid);
    if (group !== undefined && group > 1) groups.add(group);
  }
  return groups;
}

/** None when it has ended, or where there is no /proc. */
function childrenOf(pid: number): readonly number[] {
  try {
    return readdirSync(`/proc/${pid}/task`)
      .map((thread) => readFileSync(`/proc/${pid}/task/${thread}/children`, "latin1"))
      .flatMap((children) => children.split(" "))
      .filter((child) => child !== "")
      .map(Number);
  } catch {
    return [];
  }
}

/** From `PID (NAME) STATE PARENT GROUP …`, where a name may hold anything. */
function groupOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[2]);
  } catch {
    return undefined;
  }
}
