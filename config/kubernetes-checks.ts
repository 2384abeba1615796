import { systemIds, systems, type SystemId } from "../systems";
import type { Checked, Report } from "./checks";
import { describe, quote, type Path } from "./errors";
import { referenceAppWord } from "./image-schema";
import { givenSystems } from "./resolve";
import type { RawService, RawSystem } from "./schema";

/**
 * What a cluster can't do for a stack, and what Stackbook can't do there yet: each said where it stands in the file, so
 * that nobody finds out by what is missing.
 */
export function checkKubernetes(checked: Checked, report: Report): void {
  const { config, environment, raw, secrets } = checked;
  if (config.platform !== "kubernetes") {
    if (secrets.registry.pullSecret !== undefined) report(["registry:pullSecret"], "given but not used", "platform: kubernetes", "run `pulumi config rm registry:pullSecret`: Docker's engine has its own logins, `docker login`");
    if (raw.kubernetes !== undefined) report(["kubernetes"], "given but not used", "platform: kubernetes", "set platform to kubernetes, or remove it");
    return;
  }
  if (raw.host !== undefined) report(["host"], quote(raw.host), "nothing on Kubernetes", "remove it: the cluster is named by kubernetes.kubeconfig and kubernetes.context");
  if (raw.edge?.bindAddress !== undefined) report(["edge", "bindAddress"], quote(raw.edge.bindAddress), "nothing on Kubernetes", "remove it: the cluster gives the edge its address");
  if (raw.edge?.tls?.kind === "acme") report(["edge", "tls", "kind"], quote("acme"), "{ kind: given }", "use { kind: given }: on Kubernetes Stackbook asks no certificate authority yet");
  checkBackups(checked, report);
  if (config.monitoring.enabled) report(["monitoring", "enabled"], raw.monitoring?.enabled === undefined ? "missing" : "true", "false on Kubernetes", "set it to false, and watch by the cluster's own means: on Kubernetes Stackbook has no monitoring yet");
  for (const part of ["seed", "traffic"] as const) {
    if (raw.demo?.[part] === true) report(["demo", part], "true", "false on Kubernetes", "remove it: the demo is for the reference app, which is built on this machine");
  }
  const given = givenSystems(environment, raw);
  for (const id of systemIds) {
    const system = given[id];
    if (system !== undefined) checkSystem(id, system, checked, report);
  }
}

/** Who makes them is a program of Stackbook's own, which nobody publishes; and no node's folder is anybody's. */
function checkBackups({ config, raw }: Checked, report: Report): void {
  for (const [name, store] of Object.entries(raw.backups?.stores ?? {})) {
    if (store.kind === "directory" && store.path !== undefined) report(["backups", "stores", name, "path"], quote(store.path), "nothing on Kubernetes", "remove it: the store is a claim in each system's namespace; for a place outside the cluster use { kind: s3 }");
  }
  if (!config.backups.enabled) return;
  const engines = new Set(config.systems.flatMap(({ backups, spec }) => (backups === undefined ? [] : [spec.database.engine])));
  for (const engine of engines) {
    const key = engine === "postgres" ? "backupPostgres" : "backupMongodb";
    if (config.images[key] === undefined) report(["images", key], "missing", "an image reference", "build agents/backup and push it where the cluster can pull it, as docs/kubernetes.md says, and name it; or set backups.enabled to false in dev and staging");
  }
}

function checkSystem(id: SystemId, raw: RawSystem, { config }: Checked, report: Report): void {
  const at = ["systems", id];
  for (const service of ["backend", "frontend"] as const) {
    checkImage([...at, "services", service, "image"], raw.services?.[service]?.image, report);
    // Silent: it takes over the system's own.
    const beside = raw.beside?.services?.[service]?.image;
    if (beside !== undefined) checkImage([...at, "beside", "services", service, "image"], beside, report);
    const replicas = config.systems.find(({ spec }) => spec.id === id)?.services[service].replicas ?? 1;
    const sticky = systems[id].routes.find((route) => route.service === service && route.sticky === true);
    if (sticky !== undefined && replicas > 1) {
      report([...at, "services", service, "replicas"], String(replicas), "1 on Kubernetes", `use 1: visitors of ${sticky.path} must stay with one server, which the edge can't see to behind a Service yet`);
    }
  }
}

function checkImage(at: Path, image: RawService["image"], report: Report): void {
  if (typeof image === "string" && image !== referenceAppWord) return;
  report(at, describe(image), "an image reference", "name an image that the cluster can pull, registry/repository:tag@sha256:<64 hex digits>: what is built on this machine never gets there");
}
