import type * as pulumi from "@pulumi/pulumi";
import type { Daemon, Platform } from "../../platforms/platform";

const nobody = "65534:65534";

/** The host and its containers. None of these is asked by anybody but Prometheus, and none has the engine's socket. */
export function createMachineExporters(platform: Platform, opts: pulumi.ComponentResourceOptions): Daemon[] {
  const host = { hostPath: "/", path: "/host" };
  const daemons = [
    platform.createDaemon(
      {
        name: "node-exporter",
        image: platform.image("nodeExporter"),
        command: [
          "--path.rootfs=/host",
          "--path.procfs=/host/proc",
          "--path.sysfs=/host/sys",
          // What it would see is its own container's; the exporter below sees the host's.
          "--no-collector.netdev",
          "--no-collector.netstat",
          "--no-collector.arp",
          // A container's file systems are its own business, and each update would add new ones.
          "--collector.filesystem.mount-points-exclude=^/(dev|proc|run|sys|var/lib/docker/.+|var/lib/containers/.+)($|/)",
          "--collector.filesystem.fs-types-exclude=^(autofs|binfmt_misc|bpf|cgroup2?|configfs|debugfs|devpts|devtmpfs|fusectl|hugetlbfs|iso9660|mqueue|nsfs|overlay|proc|procfs|pstore|rpc_pipefs|securityfs|selinuxfs|squashfs|sysfs|tracefs)$",
        ],
        user: nobody,
        places: [],
        hostFolders: [host],
        memoryMiB: 64,
        cpus: 0.25,
      },
      opts,
    ),
    // In a network of its own, as every container is, it reads the figures of process 1: the host's.
    platform.createDaemon(
      {
        name: "node-exporter-network",
        image: platform.image("nodeExporter"),
        command: ["--path.procfs=/host/proc/1", "--collector.disable-defaults", "--collector.netdev", "--no-collector.netdev.netlink", "--collector.netdev.device-exclude=^(veth.*|br-.*|lo|ifb.*)$"],
        user: nobody,
        places: [],
        hostFolders: [host],
        memoryMiB: 48,
        cpus: 0.25,
      },
      opts,
    ),
  ];
  if (platform.lacks("cadvisor") !== undefined) return daemons;
  return [
    ...daemons,
    platform.createDaemon(
      {
        name: "cadvisor",
        image: platform.image("cadvisor"),
        command: [
          // Containers are known by control group alone, see containers.ts; without the socket there is no more to ask.
          "--docker_only=false",
          "--housekeeping_interval=10s",
          "--max_housekeeping_interval=15s",
          "--allow_dynamic_housekeeping=false",
          "--store_container_labels=false",
          "--disable_metrics=advtcp,cpu_topology,cpuset,disk,hugetlb,memory_numa,network,perf_event,percpu,process,referenced_memory,resctrl,sched,tcp,udp",
        ],
        user: nobody,
        places: [],
        hostFolders: [{ hostPath: "/sys", path: "/sys" }],
        memoryMiB: 192,
        cpus: 0.5,
      },
      opts,
    ),
  ];
}
