import { knownToState, readState } from "../stack/state.mjs";

/** The order in which things depend on each other. */
export const startOrder = [["database", "cache"], ["app"], ["edge"], ["demo"]];

/**
 * What a stack has on the engine, told apart from another clone's stack of the same name: a container is
 * ours when the state knows it, or when it sits on a network or volume that the state knows.
 * @param {import("./api.mjs").Engine} engine
 */
export async function belongings(engine, stack, state = readState(stack)) {
  const filters = { label: [`stackbook.stack=${stack}`] };
  const [containers, networks, volumes] = await Promise.all([engine.containers(filters), engine.networks(filters), engine.volumes(filters)]);
  return sort({ containers, networks, volumes }, state);
}

/** Pure part of the above. */
export function sort({ containers, networks, volumes }, state) {
  const known = knownToState(state);
  const pendingNames = new Set((state?.pending ?? []).map(({ resource }) => resource.inputs?.name).filter((name) => typeof name === "string"));
  const networkNames = new Set([...known.network.values()].map(({ name }) => name));
  const isOurs = (container) =>
    known.container.has(container.Id) ||
    pendingNames.has(nameOf(container)) ||
    // A container that was never started knows its networks by name only.
    Object.entries(container.NetworkSettings?.Networks ?? {}).some(([name, { NetworkID }]) => known.network.has(NetworkID) || networkNames.has(name)) ||
    known.container.has((container.HostConfig?.NetworkMode ?? "").replace(/^container:/, "")) ||
    (container.Mounts ?? []).some((mount) => mount.Type === "volume" && known.volume.has(mount.Name));
  const ours = containers.filter(isOurs);
  const onEngine = new Set(containers.map(({ Id }) => Id));
  const missing = [
    ...absent(known.container, onEngine, "container"),
    ...absent(known.network, new Set(networks.map(({ Id }) => Id)), "network"),
    ...absent(known.volume, new Set(volumes.map(({ Name }) => Name)), "volume"),
  ];
  return {
    /** Known to the state. */
    containers: ours.filter(({ Id }) => known.container.has(Id)),
    /** Ours, but the state doesn't know them: an update was cut off between creating and writing down. */
    orphans: ours.filter(({ Id }) => !known.container.has(Id)),
    /** Same label, nothing to do with this clone. */
    foreign: containers.filter((container) => !isOurs(container)),
    networks: networks.filter(({ Id, Name }) => known.network.has(Id) || pendingNames.has(Name)),
    orphanNetworks: networks.filter(({ Id, Name }) => !known.network.has(Id) && pendingNames.has(Name)),
    volumes: volumes.filter(({ Name }) => known.volume.has(Name) || pendingNames.has(Name)),
    /** In the state, but gone from the engine. */
    missing,
  };
}

function absent(known, present, kind) {
  return [...known].filter(([id, { onItsWay }]) => !present.has(id) && !onItsWay).map(([, { name, protect }]) => ({ kind, name, protect }));
}

export const nameOf = (container) => (container.Names?.[0] ?? container.Id?.slice(0, 12) ?? "").replace(/^\//, "");
export const roleOf = (container) => container.Labels?.["stackbook.role"] ?? "app";
export const systemOf = (container) => container.Labels?.["stackbook.system"] ?? "stack";

/** Groups in the order of starting; a role that isn't known starts last. */
export function inStartOrder(containers) {
  const groups = startOrder.map((roles) => containers.filter((container) => roles.includes(roleOf(container))));
  const rest = containers.filter((container) => !startOrder.flat().includes(roleOf(container)));
  return [...groups, rest].filter((group) => group.length > 0);
}
