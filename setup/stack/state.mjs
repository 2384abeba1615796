import { existsSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { paths, projectName } from "../base/paths.mjs";
import { commandOf } from "../base/processes.mjs";

/**
 * The state file is read directly where only names and ids are wanted: they are plain in it, and it opens
 * without the passphrase, the CLI or a lock.
 */

const folder = (state) => join(state, ".pulumi");

/** @returns {{ resources: any[], pending: any[] } | undefined} undefined: no such stack yet */
export function readState(stack, state = paths.state) {
  const file = join(folder(state), "stacks", projectName, `${stack}.json`);
  const text = existsSync(file) ? readFileSync(file, "utf8") : existsSync(`${file}.gz`) ? gunzipSync(readFileSync(`${file}.gz`)).toString("utf8") : undefined;
  if (text === undefined) return undefined;
  const latest = JSON.parse(text).checkpoint?.latest ?? {};
  return { resources: latest.resources ?? [], pending: latest.pending_operations ?? [] };
}

/** Does this clone keep anything that only the passphrase opens? */
export function hasState(state = paths.state) {
  const stacks = join(folder(state), "stacks", projectName);
  return existsSync(stacks) && readdirSync(stacks).some((name) => /\.json(\.gz)?$/.test(name));
}

/** What the update lock of the file backend says, and whether its process still runs. */
export function updateLocks(stack, { state = paths.state, here = hostname(), command = commandOf } = {}) {
  const locks = join(folder(state), "locks", "organization", projectName, stack);
  if (!existsSync(locks)) return [];
  return readdirSync(locks)
    .filter((name) => name.endsWith(".json"))
    .flatMap((name) => {
      let holder;
      try {
        holder = JSON.parse(readFileSync(join(locks, name), "utf8"));
      } catch {
        // Given back between the two reads.
        return [];
      }
      const elsewhere = holder.hostname !== here;
      // A process number is used again sooner or later; then it is not a pulumi.
      return [{ ...holder, runs: elsewhere || /pulumi/.test(command(holder.pid) ?? "") }];
    });
}

/**
 * Pulumi writes each file of its state whole, but not the file of attributes beside it: a kill between making that
 * one and filling it leaves it empty, and then nothing can be read, "failed to load checkpoint: EOF", although
 * the state itself is fine. Without the file Pulumi goes on. Call it while nobody writes.
 * @returns {string[]} what was removed, below the state's folder
 */
export function removeEmptyAttributes(state = paths.state) {
  const root = folder(state);
  if (!existsSync(root)) return [];
  const empty = readdirSync(root, { recursive: true }).filter((name) => name.endsWith(".attrs") && statSync(join(root, name)).size === 0);
  for (const name of empty) rmSync(join(root, name));
  return empty;
}

const dockerTypes = {
  "docker:index/container:Container": "container",
  "docker:index/network:Network": "network",
  "docker:index/volume:Volume": "volume",
};

/**
 * What of the engine the state knows. Labels alone don't tell: another clone's stack may have the same name.
 * @param {{ resources: any[], pending: any[] } | undefined} state
 */
export function knownToState(state) {
  // `onItsWay`: being removed or replaced already, so that its absence is no loss.
  const known = { container: new Map(), network: new Map(), volume: new Map() };
  for (const resource of state?.resources ?? []) {
    const kind = dockerTypes[resource.type];
    if (kind === undefined || !resource.id) continue;
    known[kind].set(resource.id, { name: resource.outputs?.name ?? resource.inputs?.name ?? resource.id, urn: resource.urn, protect: resource.protect === true, onItsWay: resource.delete === true || resource.pendingReplacement === true });
  }
  return known;
}

/** `creating docker container motel-backend` for each operation that was cut off. */
export function describePending(pending) {
  return pending.map(({ type, resource }) => `${type} ${shortType(resource.type)} ${urnName(resource.urn)}`);
}

export const urnName = (urn) => urn.slice(urn.lastIndexOf("::") + 2);

/** "docker:index/container:Container" -> "docker container" */
export function shortType(token) {
  const [plugin = "", , name = ""] = token.split(":");
  const words = name.replace(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase();
  return plugin === "pulumi" || plugin === "pulumi-nodejs" || plugin === projectName || words.startsWith(`${plugin} `) ? words : `${plugin} ${words}`;
}
