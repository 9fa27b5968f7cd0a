// What /proc tells of a program: whether it has ended, and which process groups it has made. Who calls setsid(2) or is a job of
// an interactive shell is not in the program's own.
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
