import { recorded } from "../../alerts/prometheus/recording";
import type { Board, Panel, Row } from "../model";
import { perSecond, sumBy, where } from "../promql";
import type { DashboardsInput, SystemFacts } from "../types";
import { uids } from "../uids";
import { alertsPanel, releaseMarks, systemLinks } from "./common";
import { hostRow } from "./hostRow";

/** Requirement M5: containers, CPU, memory, disk, network. */
export function systemOverview(input: DashboardsInput, system: SystemFacts): Board {
  return {
    uid: uids.system(system.id), title: `${system.title}: System Overview`, file: "system.json",
    says: `Is ${system.title} there, and does it have what it needs? Containers, CPU, memory, disk, network.`,
    tags: [system.id], folder: { path: system.id, title: system.title },
    rows: [{ title: "Now", panels: [...now(input, system), alertsPanel(input, system)] }, containers(input, system), network(input, system), hostRow(input)],
    annotations: releaseMarks(system), links: systemLinks(input, system),
  };
}

function now(input: DashboardsInput, system: SystemFacts): readonly Panel[] {
  const of = where({ system: system.id });
  return [
    {
      title: "Answers", kind: "stat", unit: "bool", width: 4, words: { 0: "down", 1: "up" },
      says: "Whether every address that is watched answered as it should, asked through the edge.",
      queries: [{ expr: `min(probe_success${of})`, legend: "answers" }],
    },
    {
      title: "Alerts", kind: "stat", unit: "count", width: 4,
      says: "Alerts that are on.",
      lines: [{ value: 1, severity: "ticket" }],
      queries: [{ expr: `count(ALERTS${where({ system: system.id, alertstate: "firing", severity: "~page|ticket|digest" })}) or vector(0)`, legend: "alerts" }],
    },
    {
      title: "Version", kind: "stat", unit: "count", width: 4, showsName: true,
      says: "The version that the last update rolled out.",
      queries: [{ expr: `stackbook_release_info${of}`, legend: "{{version}}" }],
    },
    {
      title: "Since", kind: "stat", unit: "age", width: 4,
      says: "When that version came.",
      queries: [{ expr: `max(stackbook_release_timestamp_seconds${of}) * 1000`, legend: "since" }],
    },
    {
      title: "Replicas that take requests", kind: "stat", unit: "count", width: 4,
      says: "As the edge sees them, by service.", lines: input.lines(system.id, "replicas", "count"),
      // No backend's name holds "_" but between its parts: system, service, and how it is balanced.
      queries: [{ expr: `haproxy_backend_active_servers${where({ proxy: `~${system.id}_.+` })}`, legend: "{{proxy}}" }],
    },
    {
      title: "Certificate ends in", kind: "stat", unit: "seconds", width: 4,
      says: "The first end in the chain that visitors get.", lines: input.lines("stack", "certificate-ends", "seconds"),
      queries: [{ expr: `min(probe_ssl_earliest_cert_expiry${of}) - time()`, legend: "left" }],
    },
  ];
}

function containers(input: DashboardsInput, system: SystemFacts): Row {
  const labels = { system: system.id, container: "!" };
  const limit = `(container_spec_cpu_quota${where(labels)} / container_spec_cpu_period${where(labels)})`;
  return {
    title: "Containers",
    panels: [
      {
        title: "CPU, of the limit", kind: "lines", unit: "ratio", lines: input.lines(system.id, "container-cpu", "ratio"),
        says: "Processor time of each container, of what it may use. At 100 % it is held back.",
        queries: [{ expr: `${sumBy(["container"], perSecond("container_cpu_usage_seconds_total", labels))} / on (container) max by (container) ${limit}`, legend: "{{container}}" }],
      },
      {
        title: "Memory, of the limit", kind: "lines", unit: "ratio", max: 1, lines: input.lines(system.id, "container-memory", "ratio"),
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
        title: "Restarts", kind: "lines", unit: "count", width: 6, height: 7, lines: input.lines(system.id, "restarts", "count"),
        says: "How often each container started again, in the last half hour at each moment.",
        queries: [{ expr: `changes(container_start_time_seconds${where(labels)}[30m])`, legend: "{{container}}" }],
      },
      {
        title: "Each container", kind: "table", unit: "count", width: 18, height: 7,
        says: "When it started, how often in the last day, and processes ended for want of memory.",
        queries: [
          { expr: `max by (container, service) (container_start_time_seconds${where(labels)}) * 1000`, legend: "started", unit: "age" },
          { expr: `max by (container, service) (changes(container_start_time_seconds${where(labels)}[1d]))`, legend: "restarts in a day" },
          { expr: `max by (container, service) (increase(container_oom_events_total${where(labels)}[1d]))`, legend: "out of memory in a day" },
        ],
      },
    ],
  };
}

function network(input: DashboardsInput, system: SystemFacts): Row {
  const of = { system: system.id };
  const bytes = `${recorded.hourBytes}${where(of)}`;
  return {
    title: "Network",
    panels: [
      {
        title: "Bytes from and to visitors", kind: "lines", unit: "bytesPerSecond",
        says: "As counted by the edge, by service.",
        queries: [
          { expr: sumBy(["service"], perSecond("edge_request_bytes_total", of)), legend: "{{service}} in" },
          { expr: sumBy(["service"], perSecond("edge_response_bytes_total", of)), legend: "{{service}} out" },
        ],
      },
      {
        title: "Bytes, of last week's", kind: "lines", unit: "times", lines: input.lines(system.id, "network-io", "times"),
        says: "The last hour, of the same hour a week ago: more than three times or less than a third is unusual.",
        queries: [{ expr: `${bytes} / ${bytes} offset 1w`, legend: "of last week's" }],
        mayBeEmpty: "there is no last week yet",
      },
      {
        title: "Requests in work at the edge", kind: "lines", unit: "count",
        says: "Answers being made, and requests that wait for a free replica.",
        queries: [
          { expr: `sum(haproxy_backend_current_sessions${where({ proxy: `~${system.id}_.+` })})`, legend: "in work" },
          { expr: `sum(haproxy_backend_current_queue${where({ proxy: `~${system.id}_.+` })})`, legend: "waiting" },
        ],
      },
    ],
  };
}
