import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { parse, stringify } from "yaml";
import { paths } from "../setup/base/paths.mjs";
import { startContainers, stopContainers } from "../setup/engine/power.mjs";
import { composeFile } from "./compose.mjs";
import { measure } from "./measure.mjs";
import { median } from "./statistics.mjs";
import { startVisitors } from "./visitors.mjs";
import { ports, stackPrefix } from "./workshop.mjs";

const [before, after] = ["1.0.0", "1.1.0"];
const stack = `${stackPrefix}deploys`;

/**
 * Under visitors who ask without pause: deploys and rollbacks by the command line, in turns, and `up -d
 * --force-recreate` of the same backend and frontend by Compose. The commands need a clone with a stack file and a history.
 */
export async function measureDeploys({ workshop, engine, compose, runs, tell }) {
  const clone = await makeClone(workshop);
  try {
    tell("deploys and rollbacks: the first up");
    await clone.pulumi("up", "--yes", "--skip-preview");
    const { caCertificate } = JSON.parse((await clone.pulumi("stack", "output", "--json", "--show-secrets")).out);
    const address = { host: "motel.localhost", port: ports.https, ca: caCertificate, path: "/api/version" };
    const measured = { deploy: [], cold: [], warm: [] };
    for (let round = 0; round <= runs; round += 1) {
      tell(round === 0 ? "deploys and rollbacks: once each, not counted" : `deploys and rollbacks: round ${round} of ${runs}`);
      const one = await roundOf(clone, address);
      if (round > 0) for (const [name, value] of Object.entries(one)) measured[name].push(value);
    }
    const composed = compose === undefined ? undefined : await byCompose({ workshop, engine, compose, runs, tell, address });
    return { ...Object.fromEntries(Object.entries(measured).map(([name, all]) => [name, sumOf(all)])), compose: composed };
  } finally {
    tell("deploys and rollbacks: taking the stack down");
    await clone.pulumi("destroy", "--yes", "--skip-preview");
  }
}

async function roundOf(clone, address) {
  const deploy = await underLoad(address, undefined, () => clone.stackbook("deploy", "motel", after, "--watch", "0", "--yes"));
  const cold = await underLoad(address, after, () => clone.stackbook("rollback", "motel", "--code", "--yes"));
  // As a gradual deploy leaves it while it holds the old version.
  const systems = (motel) => clone.configure({ "stackbook:systems": { motel } });
  systems({ version: before, beside: { version: after, percent: 0 } });
  await clone.pulumi("up", "--yes", "--skip-preview");
  systems({ version: after, slot: "b", beside: { version: before, percent: 0 } });
  await clone.pulumi("up", "--yes", "--skip-preview");
  const warm = await underLoad(address, after, () => clone.stackbook("rollback", "motel", "--code", "--yes"));
  systems({ version: before });
  await clone.pulumi("up", "--yes", "--skip-preview");
  return { deploy, cold, warm };
}

/** @param {string | undefined} gone a version that nobody is to get any more: `switched` is the time until its last answer */
async function underLoad(address, gone, work) {
  const visitors = startVisitors(address);
  await pause(1000);
  const began = performance.now();
  try {
    const { seconds } = await work();
    await pause(1000);
    const last = gone === undefined ? undefined : visitors.lastAnswerOf(gone);
    return { seconds, ...visitors.count(), switched: last === undefined ? undefined : (last - began) / 1000 };
  } finally {
    await visitors.stop();
  }
}

async function byCompose({ workshop, engine, compose, runs, tell, address }) {
  const containers = await engine.containers({ label: [`stackbook.stack=${stack}`] });
  const inspected = await Promise.all(containers.map(({ Id }) => engine.inspect(Id)));
  const file = join(workshop.folder, "compose-deploys.json");
  writeFileSync(file, JSON.stringify(composeFile(inspected), null, 1));
  const [program, ...rest] = compose.command;
  const docker = (...args) => measure(program, [...rest, "--project-name", `${stackPrefix}deploys`, "--file", file, ...args], { cwd: workshop.folder, env: workshop.env });
  const apps = inspected.filter(({ Config }) => Config.Labels["stackbook.role"] === "app").map(({ Name }) => Name.replace(/^\//, ""));
  tell("deploys by Compose: its containers stop, Compose starts the same ones");
  await stopContainers(engine, containers, { log: () => undefined });
  try {
    await docker("up", "--detach");
    await answering(address);
    const all = [];
    for (let round = 0; round <= runs; round += 1) {
      tell(round === 0 ? "deploys by Compose: once, not counted" : `deploys by Compose: round ${round} of ${runs}`);
      const one = await underLoad(address, undefined, async () => {
        const done = await docker("up", "--detach", "--no-deps", "--force-recreate", ...apps);
        await answering(address);
        return done;
      });
      if (round > 0) all.push(one);
    }
    return sumOf(all);
  } finally {
    await docker("down");
    await startContainers(engine, await engine.containers({ label: [`stackbook.stack=${stack}`] }), { log: () => undefined });
  }
}

/** Until a hundred answers in a row are good. */
async function answering(address) {
  const visitors = startVisitors({ ...address, clients: 2 });
  try {
    let good = { answers: 0, failed: 0 };
    for (let tries = 0; tries < 240; tries += 1) {
      await pause(250);
      const now = visitors.count();
      if (now.failed > good.failed) good = now;
      else if (now.answers - good.answers >= 100) return;
    }
    throw new Error(`${address.host} does not answer within a minute: ${JSON.stringify(visitors.count().failures)}`);
  } finally {
    await visitors.stop();
  }
}

const sumOf = (all) => ({
  runs: all.length,
  seconds: median(all.map(({ seconds }) => seconds)),
  switched: all[0]?.switched === undefined ? undefined : median(all.map(({ switched }) => switched)),
  answers: all.reduce((sum, { answers }) => sum + answers, 0),
  failed: all.reduce((sum, { failed }) => sum + failed, 0),
  worst: Math.max(...all.map(({ failed }) => failed)),
  failures: all.reduce((sum, { failures }) => Object.entries(failures).reduce((into, [what, count]) => ({ ...into, [what]: (into[what] ?? 0) + count }), sum), {}),
});

/** The working copy as it is, in a folder of its own with a first commit. */
async function makeClone(workshop) {
  const folder = join(workshop.folder, "clone");
  mkdirSync(folder);
  const git = (...args) => execFileSync("git", ["-C", folder, "-c", "user.name=bench", "-c", "user.email=bench@localhost", ...args]);
  const files = execFileSync("git", ["-C", paths.root, "ls-files", "--cached", "--others", "--exclude-standard", "-z"], { encoding: "utf8" }).split("\0").filter((name) => name !== "" && name !== "node_modules" && existsSync(join(paths.root, name)));
  execFileSync("sh", ["-c", 'tar -C "$0" --null -T - -cf - | tar -C "$1" -xf -', paths.root, folder], { input: files.join("\0") });
  symlinkSync(paths.modules, join(folder, "node_modules"));
  git("init", "--quiet");
  writeFileSync(join(folder, ".git/info/exclude"), "node_modules\n");
  git("add", "--all");
  git("commit", "--quiet", "--message", "As it is");
  const run = (command, args) => measure(command, args, { cwd: folder, env: workshop.env });
  await run("npm", ["run", "--silent", "build:app"]);
  await run("pulumi", ["stack", "init", stack, "--non-interactive"]);
  const file = join(folder, `Pulumi.${stack}.yaml`);
  const clone = {
    pulumi: (...args) => run("pulumi", [...args, "--stack", stack, "--non-interactive"]),
    stackbook: (...args) => run(process.execPath, [join(folder, "operations/bin.cjs"), ...args, "--stack", stack]),
    configure(change) {
      const whole = parse(readFileSync(file, "utf8"));
      writeFileSync(file, stringify({ ...whole, config: { ...whole.config, ...change } }));
    },
  };
  clone.configure({
    "stackbook:environment": "dev",
    "stackbook:protectData": false,
    "stackbook:edge": { httpPort: ports.http, httpsPort: ports.https, rateLimit: { requestsPerMinute: 1_000_000 }, drainSeconds: 10 },
    "stackbook:demo": { seed: true, traffic: false },
    "stackbook:monitoring": { enabled: false },
    "stackbook:backups": { enabled: false },
    "stackbook:systems": { motel: { version: before } },
  });
  return clone;
}
