import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { paths } from "../base/paths.mjs";
import { explain } from "../base/problem.mjs";

/** What is asked for to learn whether the engine itself can pull: its mirrors and proxies are not ours. */
const sample = "library/redis:7";

/**
 * @param {{ builtBefore: boolean, force?: "online" | "offline", reach: { reached: boolean, why: string } }} facts
 * @returns {{ way: "registry" | "packages", why: string }}
 */
export function chooseImages({ builtBefore, force, reach }) {
  if (force === "online") return { way: "registry", why: "--online" };
  if (force === "offline") return { way: "packages", why: "--offline" };
  // Switching would replace every database's server, for MongoDB by one that reads other files.
  if (builtBefore) return { way: "packages", why: "as this stack's first run did; --online changes over" };
  return { way: reach.reached ? "registry" : "packages", why: reach.why };
}

/** Asked of a running engine, which pulls by its own mirrors and proxies. */
export async function engineReachesRegistry(engine) {
  try {
    await engine.ask("GET", `/distribution/${sample}/json`, { timeoutSeconds: 3 });
    return { reached: true, why: "the engine reaches its registry" };
  } catch (error) {
    // A registry that says "too many requests" or asks for a login has been reached.
    if (/toomanyrequests|unauthorized|denied/i.test(error?.message ?? "")) return { reached: true, why: "the engine reaches its registry" };
    return { reached: false, why: `the engine does not reach a registry: ${plainly(error)}` };
  }
}

function plainly(error) {
  const text = error?.message ?? String(error);
  if (/no such host|server misbehaving|name resolution/i.test(text)) return "its name is not known here";
  if (error?.code === "ETIMEDOUT" || /timeout|deadline exceeded|Client\.Timeout/i.test(text)) return "nothing within 3 s";
  if (/connection refused/i.test(text)) return "connection refused";
  return text.split("\n")[0];
}

export function builtImages(file = paths.images) {
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
}

/**
 * Builds what is lacking and writes .stackbook/images.json; what earlier runs built for other systems stays in it.
 * Beside them stands what can't be had here, and why; the program leaves such parts out.
 * @returns {Promise<string>} what was chosen
 */
export async function buildFromPackages(names, why, dockerHost, log) {
  const { buildImages, onDemand } = await import("../../airgap/images/build.mjs");
  const build = buildImages({ log: (step, message) => log(`${step}: ${message}`), names, cacheDir: join(paths.cache, "images"), dockerHost });
  const built = await explain("the images could not be built from packages", build, "Run this again: what is ready is kept.");
  const others = await onDemand({ dockerHost });
  for (const [name, { missing }] of Object.entries(others)) if (missing !== undefined && !names.includes(name)) log(`no ${name}: ${missing}`);
  const all = { ...builtImages(), ...others, ...built };
  mkdirSync(paths.own, { recursive: true });
  const beside = `${paths.images}.${process.pid}`;
  writeFileSync(beside, `${JSON.stringify(all, null, 2)}\n`);
  renameSync(beside, paths.images);
  return `${names.join(", ")} built from packages (${why})`;
}
