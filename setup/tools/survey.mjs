import { existsSync } from "node:fs";
import { join } from "node:path";
import { paths } from "../base/paths.mjs";
import { recallChoice } from "../stack/environment.mjs";
import { readConfigFile } from "../stack/file.mjs";
import { imagesFor } from "../base/catalogue.mjs";
import { reachability } from "../base/reach.mjs";
import { onPath } from "../base/run.mjs";
import { aboutMachine, chooseDocker, findEngine } from "../engine/find.mjs";
import { builtImages, chooseImages, engineReachesRegistry } from "../engine/images.mjs";
import { dockerPackages } from "../engine/install.mjs";
import { readState } from "../stack/state.mjs";
import { chooseCli, findCli } from "./cli.mjs";
import { modulesDiffer } from "./modules.mjs";
import { choosePlugins, missingPlugins } from "./plugins.mjs";

/**
 * Looks at the machine and the network, touches nothing, and decides the way of every step. A few seconds at most.
 * @param {{ force?: "online" | "offline", stack: string, systems: readonly string[], also?: readonly string[] }} wish `also`: further images
 */
export async function survey({ force, stack, systems, also = [] }) {
  const [reach, cliFound, engineFound] = await Promise.all([reachability({ force }), findCli(), findEngine()]);
  const machine = aboutMachine();
  const names = [...new Set([...imagesFor(systems, readConfigFile(stack)), ...also])];
  const docker = chooseDocker({ found: engineFound, machine });
  const builtBefore = builtImages() !== undefined && readState(stack) !== undefined;
  // The engine's own word counts, where there is one to ask.
  const registry = engineFound.engine === undefined || force !== undefined || builtBefore ? reach.docker : await engineReachesRegistry(engineFound.engine);
  return {
    force,
    machine,
    modules: modulesDiffer(),
    cli: { found: cliFound, choice: chooseCli({ found: cliFound, reach: reach.pulumi }) },
    plugins: choosePlugins({ missing: missingPlugins(), reach: reach.pulumi }),
    docker: { found: engineFound, choice: docker },
    images: { choice: chooseImages({ builtBefore, force, reach: registry }), names },
    ready: whatIsReady(names),
  };
}

/** What an earlier run left: it is looked through again, but nothing new is to be announced. */
function whatIsReady(names) {
  const images = builtImages() ?? {};
  return {
    toolchain: recallChoice()?.path.some((folder) => existsSync(join(folder, "pulumi"))) === true,
    standIns: existsSync(paths.standIns),
    images: names.every((name) => images[name]?.ref !== undefined),
  };
}

/** @typedef {Awaited<ReturnType<typeof survey>>} Survey */

/**
 * What set-up will do, said before it does anything. `system`: what touches the machine outside this clone
 * and the user's cache.
 * @param {Survey} found
 * @returns {{ system: string[], own: string[] }}
 */
export function announce(found) {
  const system = [];
  const own = [];
  const makesImages = found.images.choice.way === "packages" && found.images.names.length > 0 && !found.ready.images;
  if (found.docker.choice.way === "install") system.push(`install the Debian packages ${dockerPackages.join(" and ")} with apt-get (${found.docker.choice.why})`);
  if (found.docker.choice.way === "install" || found.docker.choice.way === "start") {
    system.push(found.machine.hasSystemd ? "start the Docker daemon with systemd" : "start the Docker daemon (dockerd) in the background");
  }
  if (makesImages && onPath("debootstrap", `${process.env["PATH"] ?? ""}:/usr/sbin`) === undefined) {
    system.push("install the Debian package debootstrap with apt-get (the images' base is made with it)");
  }
  if (found.modules !== undefined) own.push(`npm ci into node_modules (${found.modules})`);
  if (found.cli.choice.way === "official") own.push(`the Pulumi CLI by its official installer, into the user's cache (${found.cli.choice.why})`);
  if (found.cli.choice.way === "build" && !found.ready.toolchain) own.push(`the Pulumi CLI built from Go modules, unless the cache has it (${found.cli.choice.why})`);
  if (found.plugins.way === "official") own.push("the official Pulumi plugins, into ~/.pulumi");
  if (found.plugins.way === "standIns" && !found.ready.standIns) own.push(`stand-ins for the Pulumi plugins, into .stackbook (${found.plugins.why})`);
  if (makesImages) own.push(`images built from packages, unless they exist: ${found.images.names.join(", ")} (${found.images.choice.why})`);
  return { system, own };
}
