// What was meant by a misspelled word.

/** The word of a list that is a letter away, or two where it is long: changed, missing, added or swapped. */
export function findSimilar(word: string, words: readonly string[]): string | undefined {
  const near = words.map((other) => ({ other, distance: measure(word, other) }));
  const [best] = near.toSorted((a, b) => a.distance - b.distance);
  const most = Math.min(2, Math.floor(word.length / 3));
  return best && best.distance <= most ? best.other : undefined;
}

/** The edit distance with swaps of neighbours (optimal string alignment). */
function measure(from: string, to: string): number {
  if (Math.abs(from.length - to.length) > 2) return Infinity;
  const rows: number[][] = [Array.from({ length: to.length + 1 }, (_, j) => j)];
  const at = (i: number, j: number): number => rows[i]?.[j] ?? Infinity;
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= to.length; j++) {
      const changed = at(i - 1, j - 1) + (from[i - 1] === to[j - 1] ? 0 : 1);
      const isSwap = from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      const swapped = isSwap ? at(i - 2, j - 2) + 1 : Infinity;
      row.push(Math.min(changed, swapped, at(i - 1, j) + 1, at(i, j - 1) + 1));
    }
  }
  return at(from.length, to.length);
}
