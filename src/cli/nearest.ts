/** The word that somebody who typed `word` meant most likely: at most two letters off, or a third of it; undefined where none is so near. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const most = Math.min(2, Math.ceil(word.length / 3));
  const rated = known
    .map((one) => ({ one, off: distance(word.toLowerCase(), one.toLowerCase()) }))
    .sort((a, b) => a.off - b.off);
  const [first] = rated;
  return first !== undefined && first.off <= most ? first.one : undefined;
}

/** Letters to be put in, taken out or exchanged; two neighbours that changed places count once. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, (before[j - 2] ?? 0) + 1);
      next.push(least);
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}
