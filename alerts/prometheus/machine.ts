import type { ContainerUse, DiskForecast, HostUse, Labels, Restarts } from "../measures";
import type { Expression } from "./measures";
import { by, rate, where } from "./promql";

/** Containers, host and edge. */

const apart = ["system", "service", "container"];

export function containerUse({ of }: ContainerUse, system: string, minutes: number): Expression {
  const labels = { system, container: "!" };
  const value =
    of === "memory"
      ? `${by("max", apart, `container_memory_working_set_bytes${where(labels)}`)} / (${by("max", apart, `container_spec_memory_limit_bytes${where(labels)}`)} > 0)`
      // A quota of -1 is none.
      : `${by("sum", apart, rate("container_cpu_usage_seconds_total", labels, minutes))} / ${by("max", apart, `(container_spec_cpu_quota${where(labels)} > 0) / container_spec_cpu_period${where(labels)}`)}`;
  return { value, labels: apart, only: [] };
}

export function restarts({ windowMinutes }: Restarts, own: Labels): Expression {
  return { value: by("max", apart, `changes(container_start_time_seconds${where({ ...own, container: "!" })}[${windowMinutes}m])`), labels: apart, only: [] };
}

/** What lies in memory or is an image's layer is no disk. */
const disks = { fstype: "!~tmpfs|ramfs|overlay|squashfs|nsfs|proc|sysfs|cgroup.*" };
const onDisk = ["service", "instance", "mountpoint"];

export function hostUse({ of }: HostUse, minutes: number): Expression {
  switch (of) {
    case "cpu":
      return { value: `1 - ${by("avg", ["service", "instance"], rate("node_cpu_seconds_total", { mode: "idle" }, minutes))}`, labels: ["service", "instance"], only: [] };
    case "memory":
      return { value: `1 - ${by("min", ["service", "instance"], "node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes")}`, labels: ["service", "instance"], only: [] };
    case "disk":
      return { value: by("max", onDisk, `1 - node_filesystem_avail_bytes${where(disks)} / (node_filesystem_size_bytes${where(disks)} > 0)`), labels: onDisk, only: [] };
    case "files":
      return { value: by("max", onDisk, `1 - node_filesystem_files_free${where(disks)} / (node_filesystem_files${where(disks)} > 0)`), labels: onDisk, only: [] };
  }
}

export function diskForecast({ fromHours, fromUsedPercent }: DiskForecast): Expression {
  const free = `node_filesystem_avail_bytes${where(disks)}`;
  return {
    value: by("min", onDisk, `${free} / (deriv(${free}[${fromHours}h]) * -1 > 0)`),
    labels: onDisk,
    only: [
      { expr: `${by("max", onDisk, `1 - ${free} / (node_filesystem_size_bytes${where(disks)} > 0)`)} > ${fromUsedPercent / 100}`, on: onDisk },
      // Of half the time at least: an hour's image build is no trend.
      { expr: by("max", onDisk, `${free} offset ${fromHours * 30}m`), on: onDisk },
    ],
  };
}

/** Of the edge's visitors, how many lines were read; probes are no visitors and leave none. */
export function logSilent(minutes: number, least: number, scrapeSeconds: number): Expression {
  const visitors = `(sum(rate(haproxy_frontend_http_requests_total${where({ proxy: "~https?" })}[${minutes}m])) - (count(probe_success) or vector(0)) / ${scrapeSeconds})`;
  return {
    value: `(sum(rate(edge_log_lines_total[${minutes}m])) or vector(0)) / (${visitors} > 0)`,
    labels: [],
    only: [{ expr: `${visitors} * ${minutes * 60} >= ${least}`, on: [] }],
    fixed: { service: "edge" },
  };
}

