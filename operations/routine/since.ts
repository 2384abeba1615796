import { Problem } from "../problem";
import type { Looking } from "./looking";

/** Since when there are metrics, ISO 8601; undefined: there are none. */
export async function metricsSince(looking: Looking): Promise<string | undefined> {
  try {
    const { first } = await looking.metrics({ first: "min(prometheus_tsdb_lowest_timestamp_seconds)" });
    const [sample] = first;
    // Before its first block is written it says nothing that is a time.
    return sample === undefined || !Number.isFinite(sample.value) || sample.value <= 0 || sample.value > 1e11 ? undefined : new Date(sample.value * 1000).toISOString();
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
}
