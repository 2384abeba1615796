import assert from "node:assert/strict";
import { installMocks, recorded, valueOf, type Recorded } from "./mocks";

export const container = "docker:index/container:Container";
export const task = "pulumi-nodejs:dynamic/stackbook:Task";

/** Builds a stack's program on mocks, as `index.ts` does, and returns its outputs once all is recorded. What this machine has of images plays no part. */
export async function build(values: Record<string, string>, stack = "dev", imagesFile = "", secrets: Record<string, string> = {}): Promise<Record<string, unknown>> {
  const before = process.env["STACKBOOK_IMAGES"] ?? "";
  process.env["STACKBOOK_IMAGES"] = imagesFile;
  try {
    return await buildHere(values, stack, secrets);
  } finally {
    process.env["STACKBOOK_IMAGES"] = before;
  }
}

async function buildHere(values: Record<string, string>, stack: string, secrets: Record<string, string>): Promise<Record<string, unknown>> {
  await installMocks(stack);
  const pulumi = await import("@pulumi/pulumi");
  pulumi.runtime.setAllConfig({ ...values, ...secrets }, Object.keys(secrets));
  const [{ parseConfig }, { BackupData }, { loadBackups }, { Data }, { DynamicProvider }, { EdgeSite }, { watch }, { System }, { runningSystems, stackOutputs }, { Release }, { released }, { guardCounters }] = await Promise.all([
    import("../../../config/parse"),
    import("../../../components/backup/data"),
    import("../../../components/backup/load"),
    import("../../../components/data"),
    import("../../../components/dynamicProvider"),
    import("../../../components/edgeSite"),
    import("../../../components/monitoring/load"),
    import("../../../components/system"),
    import("../../../components/outputs"),
    import("../../../components/release"),
    import("../../../components/release/systems"),
    import("../../../components/rotation/guard"),
  ]);
  const raw = { project: "stackbook", stack, values: { ...values, ...secrets }, secretKeys: new Set(Object.keys(secrets)), source: `Pulumi.${stack}.yaml` };
  const config = parseConfig(raw);
  const tasks = new DynamicProvider("tasks");
  const release = new Release("release", { raw, stack: config, tasks });
  await guardCounters(config, tasks);
  const platform =
    config.platform === "kubernetes"
      ? new (await import("../../../platforms/kubernetes")).KubernetesPlatform(config, tasks)
      : config.platform === "aws"
        ? new (await import("../../../platforms/aws")).AwsPlatform(config, tasks)
        : new (await import("../../../platforms/docker")).DockerPlatform(config, tasks);
  const edge = new EdgeSite("edge", { stack: config, platform, tasks });
  const backupData = new BackupData("backup-data", { stack: config, platform });
  const backups = await loadBackups({ stack: config, platform, data: backupData });
  const systems = config.systems.map((system) => {
    const data = new Data(`${system.spec.id}-data`, { stack: config, config: system, platform });
    return { config: system, data, system: system.enabled ? new System(system.spec.id, { stack: config, config: system, platform, data, ...(backups === undefined ? {} : { backups }) }) : undefined };
  });
  const running = runningSystems(systems);
  const routes = edge.route(running);
  const agents = backups?.await(routes);
  const monitoring = await watch({ stack: config, platform, edge, systems: running, routes });
  const retired = running.flatMap(({ system }) => system.retireLogins([routes]));
  const ledger = release.record(released(running), [routes, ...retired]);
  await Promise.all([valueOf(routes.urn), valueOf(ledger.urn), ...(agents === undefined ? [] : [valueOf(agents.urn)]), ...(monitoring === undefined ? [] : [valueOf(monitoring.ready.urn)])]);
  return valueOf<Record<string, unknown>>(stackOutputs(config, systems, { edge, backupData, backups, monitoring, ledger }));
}

/** All five systems, with demo. */
export const all = { "stackbook:demo": JSON.stringify({ seed: true, traffic: true }), "stackbook:systems": JSON.stringify(Object.fromEntries(["mps", "fetms", "memo", "motel", "sms"].map((id) => [id, { version: "1.0.0" }]))) };

export function find(type: string, name: string): Recorded {
  const found = recorded.find((resource) => resource.type === type && resource.name === name);
  assert.ok(found, `${type} ${name} is missing among ${recorded.map((resource) => resource.name).join(", ")}`);
  return found;
}

export function labels(resource: Recorded): Record<string, string> {
  return Object.fromEntries((resource.inputs["labels"] as { label: string; value: string }[]).map(({ label, value }) => [label, value]));
}
