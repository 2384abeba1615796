import type { SystemId } from "../../systems";
import type { Row } from "../model";
import { perSecond, sumBy, where } from "../promql";
import type { DashboardsInput } from "../types";

/** Containers of a system, or of the stack itself. */
export function containersRow(input: DashboardsInput, system: SystemId | "stack"): Row {
  const labels = { system, container: "!" };
  const limit = `(container_spec_cpu_quota${where(labels)} / container_spec_cpu_period${where(labels)})`;
  return {
    title: system === "stack" ? "Containers of the stack itself" : "Containers",
    panels: [
      {
        title: "CPU, of the limit", kind: "lines", unit: "ratio", lines: input.lines(system, "container-cpu", "ratio"),
        says: "Processor time of each container, of what it may use. At 100 % it is held back.",
        queries: [{ expr: `${sumBy(["container"], perSecond("container_cpu_usage_seconds_total", labels))} / on (container) max by (container) ${limit}`, legend: "{{container}}" }],
      },
      {
        title: "Memory, of the limit", kind: "lines", unit: "ratio", max: 1, lines: input.lines(system, "container-memory", "ratio"),
        says: "What a container can't give back, of its limit. At 100 % the kernel ends a process in it.",
        queries: [{ expr: `container_memory_working_set_bytes${where(labels)} / (container_spec_memory_limit_bytes${where(labels)} > 0)`, legend: "{{container}}" }],
      },
      {
        title: "Memory", kind: "lines", unit: "bytes", stacked: true,
        says: "What containers can't give back, one on top of the other.",
        queries: [{ expr: `container_memory_working_set_bytes${where(labels)}`, legend: "{{container}}" }],
      },
      {
        title: "CPU", kind: "lines", unit: "cores", stacked: true,
        says: "Processors that containers keep busy.",
        queries: [{ expr: sumBy(["container"], perSecond("container_cpu_usage_seconds_total", labels)), legend: "{{container}}" }],
      },
      {
        title: "Held back by the CPU limit", kind: "lines", unit: "ratio",
        says: "Part of the time in which a container wanted to run and was not let.",
        queries: [{ expr: sumBy(["container"], perSecond("container_cpu_cfs_throttled_seconds_total", labels)), legend: "{{container}}" }],
        mayBeEmpty: "no container has a CPU limit",
      },
      {
        title: "Reads and writes", kind: "lines", unit: "bytesPerSecond",
        says: "Bytes that containers read from and wrote to disks.",
        queries: [{ expr: sumBy(["container", "operation"], perSecond("container_blkio_device_usage_total", { ...labels, operation: "~Read|Write" })), legend: "{{container}} {{operation}}" }],
        mayBeEmpty: "the kernel counts no block I/O by container",
      },
      {
        title: "Restarts", kind: "lines", unit: "count", width: 6, height: 7, lines: input.lines(system, "restarts", "count"),
        says: "How often each container started again, in the last half hour at each moment.",
        queries: [{ expr: `changes(container_start_time_seconds${where(labels)}[30m])`, legend: "{{container}}" }],
      },
      {
        title: "Each container", kind: "table", unit: "count", width: 18, height: 7,
        says: "When it started, and how often in the last day.",
        queries: [
          { expr: `max by (container, service) (container_start_time_seconds${where(labels)}) * 1000`, legend: "started", unit: "age" },
          { expr: `max by (container, service) (changes(container_start_time_seconds${where(labels)}[1d]))`, legend: "restarts in a day" },
        ],
      },
    ],
  };
}
