// What a broker notes about a message when it dead-letters it (rabbitmq.com/docs/dlx, "Effects on Messages"). Pure.
import { isList, isTable, type Field, type Table } from "./fields.ts";

/** A queue, as a note names it. */
type IsSuch = (queue: Field | undefined) => boolean;

/** The headers in which it notes them. */
const noteHeader = /^x-(death$|first-death-|last-death-)/;

/** The notes among the headers. */
export function deathNotes(headers: Table): Table {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => noteHeader.test(name)));
}

/** The headers without the notes. */
export function withoutDeaths(headers: Table): Table {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !noteHeader.test(name)));
}

/** The notes on deaths in all other queues. */
export function deathsBut(notes: Table, isSuch: IsSuch): Table {
  const kept = Object.entries(deathNotes(notes)).filter(
    ([name]) => name !== "x-death" && !isDeathIn(name, notes, isSuch),
  );
  const deaths = deathsIn(notes).filter((death) => !isSuch(death["queue"]));
  return { ...(deaths.length > 0 && { "x-death": deaths }), ...Object.fromEntries(kept) };
}

/** Each death, the latest first; several in one queue for the same reason count as one. */
export function deathsIn(notes: Table): readonly Table[] {
  const deaths = notes["x-death"];
  return deaths !== undefined && isList(deaths) ? deaths.filter(isTable) : [];
}

/** The first death. */
export function firstDeath(notes: Table): Table | undefined {
  const deaths = deathsIn(notes);
  const first = deaths.findLast(
    ({ queue, reason }) =>
      queue === notes["x-first-death-queue"] && reason === notes["x-first-death-reason"],
  );
  return first ?? deaths.at(-1);
}

/** The routing keys that a message had when it died: its own, and those in CC. */
export function keysOf(death: Table): readonly Field[] {
  const keys = death["routing-keys"];
  return keys !== undefined && isList(keys) ? keys : [];
}

/** The headers that tell of the first or last death. */
export function noteOf(which: "first" | "last", death: Table | undefined): Table {
  const facts = ["queue", "reason", "exchange"].map((fact) => [fact, death?.[fact]] as const);
  const notes = facts.map(([fact, value]) => [`x-${which}-death-${fact}`, value] as const);
  return Object.fromEntries(
    notes.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/** Is this header one of those that tell of the first or last death, and was that in such a queue? */
function isDeathIn(name: string, notes: Table, isSuch: IsSuch): boolean {
  const [, which] = /^x-(first|last)-death-/.exec(name) ?? [];
  return which !== undefined && isSuch(notes[`x-${which}-death-queue`]);
}
