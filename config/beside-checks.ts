import { isDeepStrictEqual } from "node:util";
import { systems, type SystemId } from "../systems";
import type { RawBeside } from "./beside-schema";
import type { Checked, Report } from "./checks";
import { describe, quote } from "./errors";
import { checkImage } from "./image-checks";
import type { RawSystem } from "./schema";

const services = ["backend", "frontend"] as const;

/** Rules of the version beside a system's own. */
export function checkBeside(id: SystemId, raw: RawSystem, beside: RawBeside, { config, environment }: Checked, report: Report): void {
  const at = ["systems", id, "beside"];
  const system = config.systems.find(({ spec }) => spec.id === id);
  if (system === undefined) return;
  // What is halted has been told the same already.
  if (!system.enabled && raw.halted === undefined) report(["systems", id, "enabled"], "false", "true with a version beside", `remove it, or remove ${at.join(".")}: what is stopped has no second version`);
  for (const service of services) {
    const image = beside.services?.[service]?.image;
    const own = system.services[service].image;
    if (image === undefined && own.kind === "registry") {
      report([...at, "services", service, "image"], "missing", "an image reference", `name the ${service}'s image of ${beside.version}: where an image is named by reference, another version is another one; repeat ${own.reference.length < 80 ? own.reference : "the system's own"} if it stays the same`);
    }
    checkImage([...at, "services", service, "image"], image, environment, report);
  }
  const images = { backend: system.services.backend.image, frontend: system.services.frontend.image };
  if (beside.version === system.version && isDeepStrictEqual(images, system.beside?.images)) {
    const key = raw.version === undefined ? ` (the default of systems.${id}.version)` : "";
    report([...at, "version"], describe(beside.version), "another version, or other images", `use another version than the system's own, ${quote(system.version)}${key}, or name other images under beside.services`);
  }
  const { redis } = systems[id];
  // With more replicas that is said already.
  if (redis?.optional === true && !system.redis && system.services.backend.replicas === 1) {
    report(["systems", id, "redis"], describe(raw.redis), "true with a version beside", `set it to true: two versions are two backends, and share their ${redis.uses.join(", ")} in Redis`);
  }
}
