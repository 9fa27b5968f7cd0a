// What /proc says about a program: whether it has ended, and which process groups it has made. A process that calls setsid(2), or
// is a job of an interactive shell, is not in the program's own group.
import { readdirSync, readFileSync } from "node:fs";

/** This process group, and those of all descendants of its leader that still have their parent. Linux only. */
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

/** Has the process ended, though nobody has told us yet? Linux only. */
export function hasEnded(pid: number): boolean {
  return ["Z", "X"].includes(statOf(pid)[0] ?? "");
}

function groupOf(pid: number): number | undefined {
  const [, , group] = statOf(pid);
  return group === undefined ? undefined : Number(group);
}

/** State, parent, group …: what follows in `PID (NAME) STATE PARENT GROUP …`, where a name may hold anything. */
function statOf(pid: number): readonly string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return [];
  }
}
