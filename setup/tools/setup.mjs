import { createInterface } from "node:readline/promises";
import { Engine } from "../engine/api.mjs";
import { buildFromPackages } from "../engine/images.mjs";
import { installDocker, startDocker } from "../engine/install.mjs";
import { paths } from "../base/paths.mjs";
import { Problem } from "../base/problem.mjs";
import { must } from "../base/run.mjs";
import { Steps } from "../base/steps.mjs";
import { childEnvironment, rememberChoice } from "../stack/environment.mjs";
import { installCli } from "./cli.mjs";
import { installModules } from "./modules.mjs";
import { installPlugins } from "./plugins.mjs";
import { announce } from "./survey.mjs";

/**
 * Says what will be done, asks on a terminal when the machine itself is changed, and does it, side by side
 * where nothing depends.
 * @param {import("./survey.mjs").Survey} found
 * @param {import("../base/say.mjs").Say} say
 * @param {{ yes: boolean }} options
 */
export async function setUp(found, say, { yes }) {
  if (found.docker.choice.way === "give up") throw new Problem(found.docker.choice.why, found.docker.choice.fix);
  const { system, own } = announce(found);
  if (system.length > 0) say.line("This machine will be changed:");
  for (const line of system) say.line(`  - ${line}`);
  if (own.length > 0) say.line("This clone and your cache will get:");
  for (const line of own) say.line(`  - ${line}`);
  if (system.length > 0 && !yes && !process.env["CI"] && say.isTerminal && process.stdin.isTTY) await consent();
  say.line();
  return work(found, say);
}

async function consent() {
  const ask = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = await ask.question("Go on? [Y/n] ");
    if (/^\s*n/i.test(answer)) throw new Problem("stopped; nothing was touched", [], 130);
  } finally {
    ask.close();
  }
}

async function work(found, say) {
  let bin = "";
  let standIns;
  let engine = found.docker.found.engine;
  const dockerHost = found.docker.found.dockerHost;
  const images = found.images.choice.way === "packages";
  const environment = () => {
    // A CLI of ours may have been found on the PATH of a shell that evaluated `npm run env`; the next shell has none.
    const ownCli = found.cli.choice.way !== "found" || bin.startsWith(paths.cache);
    const chosen = { path: [...(standIns === undefined ? [] : [standIns]), ...(ownCli ? [bin] : [])], images, ...(dockerHost === undefined ? {} : { dockerHost }) };
    return { chosen, env: childEnvironment(chosen) };
  };
  await new Steps(say).all([
    { name: "packages", run: installModules },
    {
      name: "pulumi",
      run: async (log) => {
        const installed = await installCli(found.cli.choice, found.cli.found, log, found.force);
        bin = installed.bin;
        return installed.said;
      },
    },
    {
      name: "docker",
      run: async (log) => {
        const { way, why } = found.docker.choice;
        if (way === "install") await installDocker(log);
        if (way !== "reach") engine = await startDocker(found.machine, log);
        const { Version } = await engine.ask("GET", "/version");
        return `engine ${Version}: ${way === "reach" ? why : `${way === "install" ? "installed and started" : "started"} (${why})`}`;
      },
    },
    {
      name: "images",
      after: ["docker"],
      run: async (log) =>
        found.images.names.length === 0 ? "none needed" : images ? buildFromPackages(found.images.names, found.images.choice.why, dockerHost, log) : `from their registries, by digest (${found.images.choice.why})`,
    },
    {
      name: "plugins",
      after: ["packages", "pulumi"],
      run: async (log) => {
        const installed = await installPlugins(found.plugins, `${bin}/pulumi`, environment().env, log, found.force);
        standIns = installed.bin;
        return installed.said;
      },
    },
    {
      name: "demo app",
      after: ["packages"],
      run: async () => {
        const { out } = await must(process.execPath, ["reference-app/build.mjs"], { cwd: paths.root, log: "reference-app.log" }, "the reference app could not be bundled");
        return out.trim().replace(/^reference app: /, "");
      },
    },
    {
      name: "agents",
      after: ["packages"],
      run: async () => {
        const { out } = await must(process.execPath, ["agents/build.mjs"], { cwd: paths.root, log: "agents.log" }, "the agents could not be bundled");
        return out.trim().split("\n").join("; ");
      },
    },
  ]);
  const { chosen, env } = environment();
  rememberChoice(chosen);
  return { env, engine: /** @type {Engine} */ (engine) };
}
