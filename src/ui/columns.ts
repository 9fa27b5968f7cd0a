// How wide text is on a terminal, and how it is cut there. Escaping comes before: escape.ts.

/** Characters of two columns: East Asian wide and full-width ones, and emoji (Unicode TR 11). */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;

/** Characters without a column of their own: marks and joiners. */
const narrow = /^[\p{Mn}\p{Me}\p{Cf}]$/u;

/** The columns that a line takes. */
export function measureColumns(line: string): number {
  let columns = 0;
  for (const character of line) columns += measureCharacter(character);
  return columns;
}

function measureCharacter(character: string): number {
  if (narrow.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}

/** The line, filled with blanks on its right. */
export function padColumns(line: string, width: number): string {
  return line + " ".repeat(Math.max(0, width - measureColumns(line)));
}

/** Pieces of the line, none wider than `width` (at least 2); nothing is lost. */
export function foldColumns(line: string, width: number): readonly string[] {
  const pieces = [""];
  let columns = 0;
  for (const character of line) {
    const more = measureCharacter(character);
    if (columns + more > width) {
      pieces.push("");
      columns = 0;
    }
    pieces[pieces.length - 1] += character;
    columns += more;
  }
  return pieces;
}

/** The parts in lines, commas between them, as many in each as fit into `width`; a part that alone is wider stays whole. */
export function joinColumns(parts: readonly string[], width: number): readonly string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const longer = `${lines.at(-1)}, ${part}`;
    if (lines.length > 0 && measureColumns(longer) <= width) lines[lines.length - 1] = longer;
    else lines.push(part);
  }
  return lines;
}
