import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/**
 * @typedef {{ address: string, from: "DOCKER_HOST" | "context" | "socket", name: string }} Place
 * `name`: how a message calls it.
 */

/**
 * Where an engine may be, the likeliest first. DOCKER_HOST is an order: then nothing else is tried.
 * @param {{ env?: NodeJS.ProcessEnv, home?: string, exists?: (file: string) => boolean }} [on]
 * @returns {Place[]}
 */
export function enginePlaces({ env = process.env, home = homedir(), exists = existsSync } = {}) {
  if (env["DOCKER_HOST"]) return [{ address: env["DOCKER_HOST"], from: "DOCKER_HOST", name: `DOCKER_HOST=${env["DOCKER_HOST"]}` }];
  const places = [];
  const context = contextAddress(env["DOCKER_CONFIG"] || join(home, ".docker"), env["DOCKER_CONTEXT"]);
  if (context !== undefined) places.push({ address: context.address, from: "context", name: `the docker context ${context.name} (${context.address})` });
  const sockets = [
    "/var/run/docker.sock",
    ...(env["XDG_RUNTIME_DIR"] ? [join(env["XDG_RUNTIME_DIR"], "docker.sock")] : []),
    join(home, ".docker", "run", "docker.sock"),
    join(home, ".colima", "default", "docker.sock"),
    join(home, ".orbstack", "run", "docker.sock"),
  ];
  for (const socket of sockets) {
    const address = `unix://${socket}`;
    if (exists(socket) && places.every((place) => place.address !== address)) places.push({ address, from: "socket", name: socket });
  }
  return places;
}

/** The current context's address, read as the docker CLI stores it; undefined for "default". */
export function contextAddress(folder, chosen) {
  try {
    const name = chosen || (existsSync(join(folder, "config.json")) ? JSON.parse(readFileSync(join(folder, "config.json"), "utf8")).currentContext : undefined);
    if (!name || name === "default") return undefined;
    const meta = join(folder, "contexts", "meta", createHash("sha256").update(name).digest("hex"), "meta.json");
    const address = JSON.parse(readFileSync(meta, "utf8")).Endpoints?.docker?.Host;
    return typeof address === "string" && address !== "" ? { name, address } : undefined;
  } catch {
    // An unreadable docker configuration is the docker CLI's business; the sockets are tried all the same.
    return undefined;
  }
}

export const isLocal = (address) => address.startsWith("unix://");

/** What DOCKER_HOST must be for our own child processes; the default socket needs none. */
export const dockerHostFor = (place) => (place.from === "DOCKER_HOST" || place.address !== "unix:///var/run/docker.sock" ? place.address : undefined);
