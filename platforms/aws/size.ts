/** Sizes that Fargate has: processors in 1/1024, memory in MiB. */
export interface FargateSize {
  readonly cpu: number;
  readonly memoryMiB: number;
}

const gib = 1024;
const steps = (from: number, to: number, by: number): number[] => Array.from({ length: (to - from) / by + 1 }, (_, at) => (from + at * by) * gib);

/** AWS's table of Fargate's sizes. */
const sizes: readonly { readonly cpu: number; readonly memories: readonly number[] }[] = [
  { cpu: 256, memories: [512, gib, 2 * gib] },
  { cpu: 512, memories: steps(1, 4, 1) },
  { cpu: 1024, memories: steps(2, 8, 1) },
  { cpu: 2048, memories: steps(4, 16, 1) },
  { cpu: 4096, memories: steps(8, 30, 1) },
  { cpu: 8192, memories: steps(16, 60, 4) },
  { cpu: 16384, memories: steps(32, 120, 8) },
];

/** The smallest that has both. */
export function fargateSize(cpus: number, memoryMiB: number): FargateSize {
  for (const { cpu, memories } of sizes) {
    const memory = memories.find((each) => each >= memoryMiB);
    if (cpu >= cpus * gib && memory !== undefined) return { cpu, memoryMiB: memory };
  }
  throw new Error(`Fargate has no task of ${cpus} processors and ${memoryMiB} MiB; at most 16 and ${120 * gib}`);
}

/** Days for which CloudWatch can keep a log. */
const kept = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

/** The fewest that are no fewer. */
export function retentionDays(days: number): number {
  return kept.find((each) => each >= days) ?? 3653;
}
