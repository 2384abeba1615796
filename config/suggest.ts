/** "Did you mean": the nearest of some names, or nothing when none is near. */
export function nearest(given: string, known: readonly string[]): string | undefined {
  const plain = normalise(given);
  if (plain.length > 64) return undefined;
  const allowed = Math.max(1, Math.floor(plain.length / 3));
  let best: string | undefined;
  let bestDistance = allowed + 1;
  for (const name of known) {
    const distance = editDistance(plain, normalise(name));
    if (distance < bestDistance) {
      best = name;
      bestDistance = distance;
    }
  }
  return best;
}

/** Case and separators are slips too: `http-port`, `HTTP_PORT` and `httpPort` are one name. */
function normalise(name: string): string {
  return name.toLowerCase().replace(/[-_. ]/g, "");
}

/** Damerau-Levenshtein (optimal string alignment): swapped neighbours, the commonest typing error, count once. */
export function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  const at = (i: number, j: number): number => rows[i]?.[j] ?? Number.POSITIVE_INFINITY;
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      let distance = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + change);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        distance = Math.min(distance, at(i - 2, j - 2) + 1);
      }
      row.push(distance);
    }
  }
  return at(a.length, b.length);
}
