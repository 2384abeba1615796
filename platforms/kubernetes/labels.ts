import type { SystemId } from "../../systems";
import type { Access } from "../platform";

/** What every object of a stack carries, by the same names as on Docker. */
export interface Labels {
  readonly stack: string;
  /** A system's id, or "stack" for what serves all of them. */
  readonly system: SystemId | "stack";
  readonly service: string;
  readonly role: "app" | "database" | "cache" | "edge" | "demo" | "task" | "backup" | "network" | "volume";
  readonly slot?: string;
  readonly version?: string;
  readonly restore?: string;
  readonly logins?: string;
}

/** A label's value is shorter than a version may be. */
const longest = 63;

export function labelMap(labels: Labels): Record<string, string> {
  return Object.fromEntries(
    Object.entries(labels)
      .filter((entry): entry is [string, string] => entry[1] !== undefined)
      .map(([key, value]) => [`stackbook.${key}`, value.slice(0, longest).replace(/[^A-Za-z0-9]+$/, "")]),
  );
}

/** What a Deployment finds its pods by: nothing that another version changes. */
export function selectorOf({ role, service, slot, stack, system }: Labels): Record<string, string> {
  return labelMap({ stack, system, service, role, ...(slot === undefined ? {} : { slot }) });
}

/** What mounts a disk that others of its system mount too: these are on one node, where the disk is. The first one may go anywhere. */
export const sharingDisks: Readonly<Record<string, string>> = { "stackbook.disks": "shared" };

/** May call what is in the net. */
export const reachingNet: Readonly<Record<string, string>> = { "stackbook.reaches-net": "yes" };

/** Which of its system's stores a pod may reach: the network policies go by these. */
export function accessLabels(access: readonly Access[]): Record<string, string> {
  return Object.fromEntries(access.map((place) => [`stackbook.reaches-${place}`, "yes"]));
}
