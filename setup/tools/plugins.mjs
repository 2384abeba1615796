import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { paths } from "../base/paths.mjs";
import { explain, Problem } from "../base/problem.mjs";
import { run } from "../base/run.mjs";
import { lockedVersion } from "./modules.mjs";

/** Packages of Pulumi's that bring no plugin. */
const withoutPlugin = ["@pulumi/pulumi", "@pulumi/policy"];

/** The CLI asks for the plugin of every SDK that package.json depends on, used or not. */
export function pluginVersions(file = join(paths.root, "package.json")) {
  const names = Object.keys(JSON.parse(readFileSync(file, "utf8")).dependencies).filter((name) => name.startsWith("@pulumi/") && !withoutPlugin.includes(name));
  return Object.fromEntries(names.map((name) => [name.slice("@pulumi/".length), lockedVersion(name)]));
}

/** The official plugins that are not in the user's plugin cache. */
export function missingPlugins(versions = pluginVersions(), home = process.env["PULUMI_HOME"] || join(homedir(), ".pulumi")) {
  return Object.entries(versions)
    .filter(([name, version]) => !existsSync(join(home, "plugins", `resource-${name}-v${version}`, `pulumi-resource-${name}`)))
    .map(([name]) => name);
}

/**
 * @param {{ missing: readonly string[], reach: { reached: boolean, why: string } }} facts
 * @returns {{ way: "cached" | "official" | "standIns", why: string, short?: string }}
 */
export function choosePlugins({ missing, reach }) {
  if (missing.length === 0) return { way: "cached", why: "in the plugin cache" };
  const why = `${missing.join(", ")} not in the plugin cache; ${reach.why}`;
  return { way: reach.reached ? "official" : "standIns", why, short: reach.why };
}

/** @returns {Promise<{ bin?: string, said: string }>} bin: goes on the PATH of our own processes */
export async function installPlugins(choice, pulumi, env, log, force) {
  const versions = pluginVersions();
  const list = Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(", ");
  if (choice.way === "cached") return { said: `official ${list}, ${choice.why}` };
  if (choice.way === "official") {
    const failed = await installOfficial(versions, pulumi, env, log);
    if (failed === undefined) return { said: `official ${list}, installed by \`pulumi plugin install\`` };
    if (force === "online") {
      throw new Problem(`the official plugin ${failed} could not be installed, and --online was given`, ["See .stackbook/logs/plugins.log; without --online the stand-ins of airgap/ are used."]);
    }
    log(`${failed} could not be installed (log: .stackbook/logs/plugins.log); using the stand-ins`);
  }
  const { buildPlugins } = await import("../../airgap/plugins/build.mjs");
  await explain("the stand-in plugins could not be bundled", buildPlugins({ log }));
  return { bin: paths.standIns, said: `stand-ins for ${list} (${choice.short})` };
}

async function installOfficial(versions, pulumi, env, log) {
  for (const name of missingPlugins(versions)) {
    log(`pulumi plugin install resource ${name} ${versions[name]}`);
    const ended = await run(pulumi, ["plugin", "install", "resource", name, versions[name]], { env, log: "plugins.log" });
    if (ended.code !== 0) return name;
  }
  return undefined;
}
