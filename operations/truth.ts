import type { ReleaseOutputs } from "../releases/record";
import type { Container, Engine } from "./engine";
import { findDrift } from "./reading/drift";
import type { Stack } from "./stack";
import { serviceOf, stackContainers, systemOf } from "./stackContainers";

/**
 * Whether what runs is what the stack's record of its last release says, container by container: the images by their
 * content, nothing missing, nothing of another version left.
 * @returns what is not so, one line each; empty: it is the truth
 */
export async function untruths(stack: Stack, engine: Engine, system?: string): Promise<readonly string[]> {
  const containers = (await stackContainers(stack, engine)).filter((container) => system === undefined || systemOf(container) === system);
  return compare(stack, containers, system);
}

export function compare(stack: Pick<Stack, "name" | "outputs" | "state">, containers: readonly Container[], system?: string): readonly string[] {
  const { release } = stack.outputs as ReleaseOutputs;
  if (release === undefined || stack.state === undefined) return [`the stack ${stack.name} has no record of its last release`];
  const isWanted = (id: string): boolean => system === undefined || id === system;
  const state = { pending: stack.state.pending, containers: stack.state.containers.filter(({ labels }) => isWanted(labels["stackbook.system"] ?? "")) };
  return [
    ...findDrift({ stack: stack.name, state, containers, release, settings: undefined }).map(({ what }) => what),
    ...Object.entries(release.systems).filter(([id]) => isWanted(id)).flatMap(([id, { beside, slot, version }]) => [
      ...absent(containers, id, slot, version),
      ...(beside === undefined ? [] : absent(containers, id, slot === "a" ? "b" : "a", beside.version)),
    ]),
  ];
}

function absent(containers: readonly Container[], system: string, slot: string, version: string): string[] {
  return ["backend", "frontend"].flatMap((service) => {
    const own = containers.filter((container) => systemOf(container) === system && serviceOf(container) === service && container.labels["stackbook.slot"] === slot && container.labels["stackbook.version"] === version);
    if (own.some(({ state }) => state === "running")) return [];
    return [`no ${service} of ${system} ${version} runs in slot ${slot}`];
  });
}
