import type { Row } from "../model";
import { perSecond, sumBy, where, window } from "../promql";
import type { DashboardsInput } from "../types";

/** Interfaces that only containers see, and the host's talk with itself. */
const realInterfaces = { device: "!~lo|veth.*|br-.*|docker.*" };
/** What lies in memory or is an image's layer is no disk. */
export const realDisks = { fstype: "!~tmpfs|ramfs|overlay|squashfs|nsfs|proc|sysfs|cgroup.*" };

/** The Docker host: it is one, whichever system's dashboard shows it. */
export function hostRow(input: DashboardsInput): Row {
  return {
    title: "Host",
    panels: [
      {
        title: "CPU of the host", kind: "lines", unit: "ratio", width: 6, max: 1, lines: input.lines("stack", "host-cpu", "ratio"),
        says: "Processor time that is used, of all the host has. Containers share it: a busy neighbour slows every system.",
        queries: [{ expr: `1 - avg(${perSecond("node_cpu_seconds_total", { mode: "idle" })})`, legend: "used" }],
      },
      {
        title: "Memory of the host", kind: "lines", unit: "ratio", width: 6, max: 1, lines: input.lines("stack", "host-memory", "ratio"),
        says: "Memory that programs can't have any more. At 100 % the kernel ends processes.",
        queries: [{ expr: "1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes", legend: "used" }],
      },
      {
        title: "Disks of the host", kind: "lines", unit: "ratio", width: 6, max: 1, lines: input.lines("stack", "host-disk", "ratio"),
        says: "Room taken, by file system. A full disk stops databases first.",
        queries: [{ expr: `1 - node_filesystem_avail_bytes${where(realDisks)} / node_filesystem_size_bytes${where(realDisks)}`, legend: "{{mountpoint}}" }],
      },
      {
        title: "Network of the host", kind: "lines", unit: "bytesPerSecond", width: 6,
        says: "Bytes in and out of the host's own interfaces.",
        queries: [
          { expr: `sum(rate(node_network_receive_bytes_total${where(realInterfaces)}[${window}]))`, legend: "in" },
          { expr: `sum(rate(node_network_transmit_bytes_total${where(realInterfaces)}[${window}]))`, legend: "out" },
        ],
      },
      {
        title: "Reads and writes of the host's disks", kind: "lines", unit: "bytesPerSecond", width: 8,
        says: "Bytes read and written, all disks.", mayBeEmpty: "a virtual machine may hide its disks",
        queries: [
          { expr: sumBy([], perSecond("node_disk_read_bytes_total", {})), legend: "read" },
          { expr: sumBy([], perSecond("node_disk_written_bytes_total", {})), legend: "written" },
        ],
      },
      {
        title: "Files on the host's disks", kind: "lines", unit: "ratio", width: 8, max: 1, lines: input.lines("stack", "host-files", "ratio"),
        says: "Files that file systems hold, of those they can: a disk with room can be full of small files.",
        queries: [{ expr: `1 - node_filesystem_files_free${where(realDisks)} / (node_filesystem_files${where(realDisks)} > 0)`, legend: "{{mountpoint}}" }],
      },
      {
        title: "Load", kind: "lines", unit: "count", width: 8,
        says: "Programs that run or wait to, beside the number of processors: above it, they wait.",
        queries: [
          { expr: "node_load1", legend: "load, 1 min" },
          { expr: `count(node_cpu_seconds_total{mode="idle"})`, legend: "processors" },
        ],
      },
    ],
  };
}
