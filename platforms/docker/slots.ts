import type * as pulumi from "@pulumi/pulumi";
import type { SlotName } from "../../config/types";

/**
 * Until November 2026 a system had one version at a time, and no slot was in the names of its tasks and images: what was
 * done under such a name isn't done again.
 */
export function onceWithoutSlot(name: string, slot: SlotName): pulumi.CustomResourceOptions {
  return slot === "a" ? { aliases: [{ name }] } : {};
}
