import type { WorkloadArgs } from "./platform";

/** How many of a service there may be, and what decides it. */
export interface Scale {
  readonly from: number;
  readonly to: number;
  readonly cpuPercent: number;
  readonly memoryPercent: number;
}

/**
 * Where the runbook says when to scale. Without the Redis that shares their sessions, backends don't come in numbers.
 * @param most as many as the platform can tell of under one name
 */
export function scaleOf({ access, replicas, service }: WorkloadArgs, most = Infinity): Scale | undefined {
  const { autoscale } = service.scale;
  if (autoscale === undefined || !access.includes("cache")) return undefined;
  const { cpuPercent, maxReplicas, memoryPercent } = autoscale;
  return { from: replicas, to: Math.max(replicas, Math.min(most, maxReplicas)), cpuPercent, memoryPercent };
}
