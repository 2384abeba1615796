import type { BackupSettings } from "../../backups/settings";
import { systemIds, type SystemId } from "../../systems";
import type { Resource } from "../rule";
import { containersOf, type Container } from "./container";
import { cloudDatabases, isReplica } from "./stores";
import { textsOf } from "./texts";
import { isMap, parsed } from "./values";

/** A container of a stack, with the resource that it is in. */
export interface Placed {
  readonly resource: Resource;
  readonly container: Container;
}

export function placed(resources: readonly Resource[]): readonly Placed[] {
  return resources.flatMap((resource) => containersOf(resource).map((container) => ({ resource, container })));
}

/** Databases in containers; a cloud's keep backups of their own (`store-backed-up`), besides. */
export const databases = (resources: readonly Resource[]): readonly Placed[] => placed(resources).filter(({ container }) => container.role === "database" && !container.runsToEnd);

/** What a system's agents are told; only what a rule looks at, of what may be anything. */
export interface Told {
  readonly resource: string;
  readonly system: SystemId;
  readonly settings: Partial<Pick<BackupSettings, "everyHours" | "stores" | "retention" | "drill" | "encryption">>;
}

/** `backup.json` of every agent, as far as it is known. */
export function toldAgents(resources: readonly Resource[]): readonly Told[] {
  return resources.flatMap((resource) => textsOf(resource).flatMap(({ name, text }) => {
    const settings = name === "backup.json" ? parsed(text) : undefined;
    if (!isMap(settings)) return [];
    const system = systemIds.find((id) => id === settings["system"] || (settings["system"] === undefined && resource.name.startsWith(`${id}-`)));
    return system === undefined ? [] : [{ resource: resource.name, system, settings }];
  }));
}

export const isCloudDatabase = (resource: Resource): boolean => cloudDatabases.includes(resource.type) && !isReplica(resource);
