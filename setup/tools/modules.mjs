import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { paths } from "../base/paths.mjs";
import { must } from "../base/run.mjs";

/**
 * What differs between package-lock.json and what npm wrote down about node_modules when it last finished:
 * undefined when they are the same. npm writes its own record last, so an interrupted `npm ci` differs.
 */
export function modulesDiffer({ lockFile = paths.packageLock, modules = paths.modules } = {}) {
  const record = join(modules, ".package-lock.json");
  if (!existsSync(modules)) return "node_modules is missing";
  if (!existsSync(record)) return "node_modules is incomplete";
  const wanted = JSON.parse(readFileSync(lockFile, "utf8")).packages ?? {};
  const installed = JSON.parse(readFileSync(record, "utf8")).packages ?? {};
  for (const [place, entry] of Object.entries(wanted)) {
    if (place === "" || entry.optional === true || entry.devOptional === true || entry.peer === true || entry.link === true) continue;
    const name = place.slice(place.lastIndexOf("node_modules/") + "node_modules/".length);
    if (installed[place] === undefined) return `${name} is missing`;
    if (installed[place].version !== entry.version) return `${name} is ${installed[place].version}, package-lock.json has ${entry.version}`;
  }
  return undefined;
}

/** @returns {Promise<string>} what was chosen */
export async function installModules(log) {
  const differs = modulesDiffer();
  if (differs === undefined) return "node_modules is what package-lock.json says";
  log(`npm ci, because ${differs} (log: .stackbook/logs/npm.log)`);
  await must("npm", ["ci", "--no-audit", "--no-fund"], { log: "npm.log" }, "npm could not install the packages", "Is the package registry reachable (`npm ping`)? Then run this again.");
  return `installed with npm ci, because ${differs}`;
}

/** The version of an installed package. */
export function installedVersion(name) {
  return JSON.parse(readFileSync(join(paths.modules, name, "package.json"), "utf8")).version;
}

/** The version package-lock.json asks for; known before anything is installed. */
export function lockedVersion(name, lockFile = paths.packageLock) {
  return JSON.parse(readFileSync(lockFile, "utf8")).packages?.[`node_modules/${name}`]?.version;
}
