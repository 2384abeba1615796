import { metricsOf } from "./types";

const noBlockCounters = "the kernel counts no block I/O by container";
const noPressure = "the kernel counts no pressure (PSI)";

/** The Docker host, from the node exporter; `service` is "host", `system` is "stack". */
const host = metricsOf({ job: "host", labels: ["system", "service"] }, [
  { name: "node_cpu_seconds_total", type: "counter", unit: "seconds", labels: ["cpu", "mode"], says: "Time of each processor, by what it was spent on" },
  { name: "node_load1", type: "gauge", unit: "count", says: "Processes that run or wait to, over a minute" },
  { name: "node_memory_MemTotal_bytes", type: "gauge", unit: "bytes", says: "Memory of the host" },
  { name: "node_memory_MemAvailable_bytes", type: "gauge", unit: "bytes", says: "Memory that programs can still have" },
  { name: "node_filesystem_size_bytes", type: "gauge", unit: "bytes", labels: ["device", "fstype", "mountpoint"], says: "Size of a file system" },
  { name: "node_filesystem_avail_bytes", type: "gauge", unit: "bytes", labels: ["device", "fstype", "mountpoint"], says: "Room that programs can still have on it" },
  { name: "node_filesystem_files", type: "gauge", unit: "count", labels: ["device", "fstype", "mountpoint"], says: "Files it can hold" },
  { name: "node_filesystem_files_free", type: "gauge", unit: "count", labels: ["device", "fstype", "mountpoint"], says: "Files it can still take" },
  { name: "node_network_receive_bytes_total", type: "counter", unit: "bytes", labels: ["device"], says: "Bytes received by a network interface" },
  { name: "node_network_transmit_bytes_total", type: "counter", unit: "bytes", labels: ["device"], says: "Bytes sent by a network interface" },
  { name: "node_disk_read_bytes_total", type: "counter", unit: "bytes", labels: ["device"], says: "Bytes read from a disk", mayBeAbsent: "a virtual machine may hide its disks" },
  { name: "node_disk_written_bytes_total", type: "counter", unit: "bytes", labels: ["device"], says: "Bytes written to a disk", mayBeAbsent: "a virtual machine may hide its disks" },
  { name: "node_pressure_memory_waiting_seconds_total", type: "counter", unit: "seconds", says: "Time in which programs waited for memory", mayBeAbsent: noPressure },
  { name: "node_vmstat_oom_kill", type: "counter", unit: "count", says: "Processes that the kernel killed for want of memory" },
  { name: "node_boot_time_seconds", type: "gauge", unit: "timestamp", says: "When the host started" },
  { name: "node_time_seconds", type: "gauge", unit: "timestamp", says: "The host's clock" },
]);

/**
 * Containers, from cAdvisor without the engine's socket: series are named by cgroup, and Prometheus gives them `system`, `service` and `container`.
 * Without the socket cAdvisor sees no container's network: see edge_*_bytes_total for that.
 */
const containers = metricsOf({ job: "containers", labels: ["system", "service", "container"] }, [
  { name: "container_cpu_usage_seconds_total", type: "counter", unit: "seconds", labels: ["cpu"], says: "Processor time of a container" },
  { name: "container_cpu_cfs_throttled_seconds_total", type: "counter", unit: "seconds", says: "Time a container was held back by its CPU limit", mayBeAbsent: "the container has no CPU limit" },
  { name: "container_spec_cpu_quota", type: "gauge", unit: "count", says: "CPU limit: microseconds a period" },
  { name: "container_spec_cpu_period", type: "gauge", unit: "count", says: "The period, microseconds" },
  { name: "container_memory_working_set_bytes", type: "gauge", unit: "bytes", says: "Memory a container cannot give back: what the kernel's OOM killer looks at" },
  { name: "container_memory_rss", type: "gauge", unit: "bytes", says: "Memory of its processes, without files" },
  { name: "container_spec_memory_limit_bytes", type: "gauge", unit: "bytes", says: "Memory limit of a container; 0 without one" },
  { name: "container_start_time_seconds", type: "gauge", unit: "timestamp", says: "When a container started" },
  { name: "container_last_seen", type: "gauge", unit: "timestamp", says: "When cAdvisor last saw a container" },
  { name: "container_blkio_device_usage_total", type: "counter", unit: "bytes", labels: ["device", "operation"], says: "Bytes read and written by a container", mayBeAbsent: noBlockCounters },
]);

export const machineMetrics = [...host, ...containers];
