/** @param {readonly number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** What one series of runs came to. */
export function summary(runs) {
  const of = (name) => runs.map((run) => run[name]);
  return {
    runs: runs.length,
    seconds: median(of("seconds")),
    fastest: Math.min(...of("seconds")),
    slowest: Math.max(...of("seconds")),
    cpuSeconds: median(of("cpuSeconds")),
    programMiB: median(of("programMiB")),
    treeMiB: median(of("treeMiB")),
  };
}

/**
 * The straight line nearest to the points, by least squares: what is there anyway, and what each one more costs.
 * `straightness` (R squared) is 1 when every point lies on the line.
 * @param {readonly (readonly [number, number])[]} points
 */
export function line(points) {
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(points.map(([at]) => at)), mean(points.map(([, value]) => value))];
  const sum = (term) => points.reduce((total, [at, value]) => total + term(at - x, value - y), 0);
  const slope = sum((dx, dy) => dx * dy) / sum((dx) => dx * dx);
  const rest = sum((dx, dy) => (dy - slope * dx) ** 2);
  const spread = sum((_dx, dy) => dy * dy);
  return { slope, start: y - slope * x, straightness: spread === 0 ? 1 : 1 - rest / spread };
}

/**
 * Runs A B C, A B C, ... so that what else the machine does falls on all alike. The first round warms caches
 * and is not counted.
 * @param {Record<string, () => Promise<import("./measure.mjs").Measure>>} variants
 * @param {{ runs: number, tell: (line: string) => void, title: string }} options
 */
export async function interleaved(variants, { runs, tell, title }) {
  const measured = Object.fromEntries(Object.keys(variants).map((name) => [name, []]));
  for (let round = 0; round <= runs; round += 1) {
    tell(round === 0 ? `${title}: once each, not counted` : `${title}: round ${round} of ${runs}`);
    for (const [name, run] of Object.entries(variants)) {
      const one = await run();
      if (round > 0) measured[name].push(one);
    }
  }
  return Object.fromEntries(Object.entries(measured).map(([name, all]) => [name, summary(all)]));
}
