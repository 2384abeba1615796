/** GiB of an instance class's memory, of burstable and general ones; `r` classes have twice as much. */
const memoryGiB: Readonly<Record<string, number>> = { micro: 1, small: 2, medium: 4, large: 8, xlarge: 16 };

/**
 * What RDS makes of a class where its parameters say nothing: LEAST(DBInstanceClassMemory / 9531392, 5000). What is left to the
 * database is a tenth less than the class's memory, at worst.
 */
export function maxConnections(instanceClass: string): number {
  const [, family = "", size = ""] = instanceClass.split(".");
  const times = /^(\d+)xlarge$/.exec(size)?.[1];
  const base = times === undefined ? memoryGiB[size] : Number(times) * (memoryGiB["xlarge"] ?? 0);
  if (base === undefined) throw new Error(`the memory of ${instanceClass} is not known; add it in platforms/aws/watch/connections.ts`);
  const bytes = base * (family.startsWith("r") ? 2 : 1) * 1024 ** 3 * 0.9;
  return Math.min(5000, Math.floor(bytes / 9_531_392));
}
