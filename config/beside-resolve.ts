import type { ServiceName, SystemId } from "../systems";
import type { RawBeside } from "./beside-schema";
import { defaults } from "./defaults";
import { resolveImage, resolveMigration } from "./image-resolve";
import type { RawSystem } from "./schema";
import type { BesideConfig, ImageSource, SystemConfig } from "./types";

export function otherSlot(slot: SystemConfig["slot"]): SystemConfig["slot"] {
  return slot === "a" ? "b" : "a";
}

/** Whatever isn't said of it is as its system has it. */
export function resolveBeside(id: SystemId, raw: RawSystem, beside: RawBeside, { services, slot }: Pick<SystemConfig, "services" | "slot">): BesideConfig {
  const image = (service: ServiceName): ImageSource => {
    const own = beside.services?.[service]?.image;
    return own === undefined ? services[service].image : resolveImage(own);
  };
  const images = { backend: image("backend"), frontend: image("frontend") };
  const migration = resolveMigration(id, raw, images.backend);
  return {
    version: beside.version,
    slot: otherSlot(slot),
    percent: beside.percent ?? defaults.besidePercent,
    images,
    ...(migration === undefined ? {} : { migration }),
  };
}
