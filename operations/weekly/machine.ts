import { metricNames } from "../../backups/protocol";
import { valueOf } from "../routine/checks/finding";
import type { Looking } from "../routine/looking";
import type { Growth, WeeklyReport } from "./types";

/** What lies in memory or is an image's layer is no disk; as the alerts have it. */
const disks = 'fstype!~"tmpfs|ramfs|overlay|squashfs|nsfs|proc|sysfs|cgroup.*"';

/** Disks of the host and stores of backups, by the line that fits the whole period. */
export async function disksOf(looking: Looking): Promise<Growth[]> {
  const by = "by (mountpoint)";
  const free = `min ${by} (node_filesystem_avail_bytes{${disks}})`;
  const store = `min by (store) (${metricNames.storeFree})`;
  const found = await looking.metrics({
    free, size: `max ${by} (node_filesystem_size_bytes{${disks}})`, change: `deriv((${free})[${looking.window}:${looking.step}]) * 86400`,
    storeFree: store, storeSize: `max by (store) (${metricNames.storeSize})`, storeChange: `deriv((${store})[${looking.window}:${looking.step}]) * 86400`,
  });
  const of = (label: string, what: (name: string) => string, left: typeof found.free, size: typeof found.free, change: typeof found.free): Growth[] =>
    left.flatMap(({ labels, value }) => {
      const name = labels[label] ?? "";
      const room = valueOf(size, { [label]: name });
      return room === undefined || room <= 0 ? [] : [growthOf(what(name), room - value, room, negated(valueOf(change, { [label]: name })))];
    });
  return [...of("mountpoint", (name) => `disk ${name}`, found.free, found.size, found.change), ...of("store", (name) => `backup store ${name}`, found.storeFree, found.storeSize, found.storeChange)];
}

/** Assumed: less than this a day is no growth, but the noise of a disk that is used. */
const leastBytesPerDay = 1024 * 1024;

const negated = (value: number | undefined): number | undefined => (value === undefined ? undefined : -value);

/** @param bytesPerDay undefined: nobody has looked for long enough */
export function growthOf(what: string, bytes: number, roomBytes: number, bytesPerDay: number | undefined): Growth {
  if (bytesPerDay === undefined) return { what, bytes, roomBytes };
  const days = bytesPerDay < leastBytesPerDay ? undefined : Math.max(0, (roomBytes - bytes) / bytesPerDay);
  return { what, bytes, roomBytes, bytesPerDay, ...(days === undefined ? {} : { daysUntilFull: days }) };
}

export async function hostOf(looking: Looking): Promise<WeeklyReport["host"]> {
  const over = (how: string, expression: string): string => `max(${how}_over_time((${expression})[${looking.window}:${looking.step}]) or (${expression}))`;
  const cpu = '1 - avg(rate(node_cpu_seconds_total{mode="idle"}[5m]))';
  const memory = "1 - min(node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes)";
  const found = await looking.metrics({ cpu: over("avg", cpu), cpuMost: over("max", cpu), memory: over("avg", memory), memoryMost: over("max", memory) });
  return Object.fromEntries(Object.entries(found).flatMap(([name, samples]) => {
    const value = valueOf(samples);
    return value === undefined ? [] : [[name, value]];
  }));
}
