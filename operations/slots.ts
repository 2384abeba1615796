import { Problem } from "./problem";
import type { KeyPath, StackFile } from "./stackFile";

/** Two versions of a system in a stack file: its own, and the one `beside` it in the other slot. */

export type Slot = "a" | "b";
const services = ["backend", "frontend"] as const;

export interface Beside {
  readonly version: string;
  readonly percent: number;
}

export const systemPath = (system: string, ...rest: readonly string[]): KeyPath => ["systems", system, ...rest];

/** undefined: there is one version only. */
export function besideOf(file: StackFile, system: string): Beside | undefined {
  const version = file.get(systemPath(system, "beside", "version"));
  if (version === undefined) return undefined;
  return { version: text(version), percent: Number(file.get(systemPath(system, "beside", "percent")) ?? 0) };
}

export function slotIn(file: StackFile, system: string): Slot {
  return file.get(systemPath(system, "slot")) === "b" ? "b" : "a";
}

export const otherSlot = (slot: Slot): Slot => (slot === "a" ? "b" : "a");

/** A candidate that serves so many visitors out of a hundred. @param images for services whose image is named by reference */
export function putBeside(file: StackFile, system: string, version: string, percent: number, images: Readonly<Record<string, string>>): void {
  const named = Object.entries(images);
  file.set(systemPath(system, "beside"), {
    version, percent,
    ...(named.length === 0 ? {} : { services: Object.fromEntries(named.map(([service, image]) => [service, { image }])) }),
  });
}

export function setShare(file: StackFile, system: string, percent: number): void {
  file.set(systemPath(system, "beside", "percent"), percent);
}

/**
 * Exchanges the two: the one beside becomes the system's own, with its images and its slot, and the old one stands beside
 * it and serves nobody. No container changes by it. @param current the system's version, where the file leaves it to the default
 */
export function promote(file: StackFile, system: string, current: string): void {
  const beside = besideOf(file, system);
  if (beside === undefined) throw new Problem(`${system} has no version beside its own`, [`See what runs: npx stackbook status ${system}`]);
  const images = services.map((service) => ({
    service, own: file.get(systemPath(system, "services", service, "image")), candidate: file.get(systemPath(system, "beside", "services", service, "image")),
  }));
  const slot = slotIn(file, system);
  file.set(systemPath(system, "version"), beside.version);
  file.set(systemPath(system, "slot"), otherSlot(slot));
  for (const { candidate, service } of images) if (candidate !== undefined) file.set(systemPath(system, "services", service, "image"), candidate);
  const held = images.filter(({ candidate, own }) => candidate !== undefined && own !== undefined);
  file.set(systemPath(system, "beside"), {
    version: current, percent: 0,
    ...(held.length === 0 ? {} : { services: Object.fromEntries(held.map(({ own, service }) => [service, { image: own }])) }),
  });
}

/** What stands beside goes; the system's own version has all visitors again. */
export function removeBeside(file: StackFile, system: string): void {
  file.set(systemPath(system, "beside"), undefined);
}

function text(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
