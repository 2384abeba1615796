import { readFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, release, totalmem } from "node:os";
import { run } from "../setup/base/run.mjs";
import { installedVersion } from "../setup/tools/modules.mjs";

/** What the figures were measured on, and with; without it they say nothing. */
export async function aboutMachine(env, engine) {
  const { out } = await run("pulumi", ["version"], { env });
  const { Version } = await engine.ask("GET", "/version");
  return {
    cpu: `${availableParallelism()} x ${cpus()[0]?.model.trim() ?? "unknown"}`,
    memoryGiB: totalmem() / 1024 ** 3,
    kernel: release(),
    distribution: distribution(),
    versions: {
      node: process.version,
      pulumi: out.trim(),
      "@pulumi/pulumi": installedVersion("@pulumi/pulumi"),
      "@pulumi/docker": installedVersion("@pulumi/docker"),
      typescript: installedVersion("typescript"),
      docker: Version,
    },
  };
}

/** Processes that ran or waited, on average over the last 1, 5 and 15 minutes. */
export const load = () => loadavg().map((value) => value.toFixed(1)).join(" ");

function distribution() {
  try {
    return /^PRETTY_NAME="?([^"\n]*)/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1] ?? "unknown";
  } catch {
    return "unknown";
  }
}
