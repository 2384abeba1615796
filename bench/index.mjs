#!/usr/bin/env node
// npm run bench: how long previews and updates take, as ratios, with the machine's figures beside them.
import { parseArgs } from "../setup/base/args.mjs";
import { systemIds } from "../setup/base/catalogue.mjs";
import { takeLock } from "../setup/base/lock.mjs";
import { main } from "../setup/base/main.mjs";
import { paths } from "../setup/base/paths.mjs";
import { duration, Say } from "../setup/base/say.mjs";
import { setUp } from "../setup/tools/setup.mjs";
import { survey } from "../setup/tools/survey.mjs";
import { measureBackups } from "./backups.mjs";
import { measureCommands } from "./commands.mjs";
import { findCompose } from "./compose.mjs";
import { measureDeploys } from "./deploys.mjs";
import { aboutMachine, load } from "./machine.mjs";
import { holdOn } from "./measure.mjs";
import { measurePolicies } from "./policies.mjs";
import { measurePreviews, order } from "./previews.mjs";
import * as programs from "./programs.mjs";
import { backupLines, commandLines, deployLines, growthLines, machineLines, policyLines, previewLines, updateLines, watchingLines } from "./report.mjs";
import { measureUpdates, removeLeftovers } from "./updates.mjs";
import { measureWatching } from "./watching.mjs";
import { Workshop } from "./workshop.mjs";

const usage = "npm run bench [-- --runs 5] [--only previews|updates|monitoring|backups|commands|policies|deploys] [--offline|--online] [--yes] [--no-wait]";
const options = {
  runs: { kind: "text", help: "of each, counted", pattern: /^[1-9]\d?$/, allowed: "1-99", fallback: "5" },
  only: { kind: "text", help: "previews, which need no engine; updates and monitoring, which deploy; backups, against the databases' own tools; commands that look at a stack; previews under policies; deploys and rollbacks under load", pattern: /^(previews|updates|monitoring|backups|commands|policies|deploys|all)$/, allowed: "previews, updates, monitoring, backups, commands, policies, deploys or all", fallback: "all" },
  offline: { kind: "flag", help: "build everything from package registries" },
  online: { kind: "flag", help: "insist on the official CLI, plugins and images" },
  yes: { kind: "flag", short: "y", help: "answer every question with yes" },
  "no-wait": { kind: "flag", help: "fail instead of waiting for another run in this clone" },
};

await main(async (argv) => {
  const given = parseArgs(argv, options, { usage, exclusive: [["offline", "online"]], env: process.env });
  const runs = Number(given.runs);
  const say = new Say();
  const tell = (text) => say.line(`  ${text}`);
  const { env, engine, plugins } = await prepare(given, say);
  const began = load();
  const about = { ...(await aboutMachine(env, engine)), plugins };
  const workshop = new Workshop(env);
  const report = [];
  const letGo = holdOn();
  try {
    // Of a run that was killed.
    await removeLeftovers(engine);
    const wanted = (part) => given.only === part || given.only === "all";
    const compose = wanted("updates") || wanted("deploys") ? await findCompose(env) : undefined;
    const empty = ["backups", "commands", "policies", "deploys"].includes(given.only) ? undefined : await workshop.program("empty", programs.empty);
    const previews = wanted("previews") ? await measurePreviews(workshop, empty, { runs, tell }) : undefined;
    const updates = [];
    for (const [name, systems, title] of wanted("updates") ? [["motel", ["motel"], "motel"], ["all", order, "all five"]] : []) {
      updates.push({ title, ...(await measureUpdates(name, systems, { workshop, engine, empty, compose, runs, tell })) });
    }
    const watching = wanted("monitoring") ? await measureWatching({ workshop, engine, tell }) : undefined;
    const backups = wanted("backups") ? await measureBackups({ engine, env, runs, tell }) : undefined;
    const policies = wanted("policies") ? await measurePolicies({ workshop, runs, tell }) : undefined;
    const commands = wanted("commands") ? await measureCommands({ workshop, runs, tell }) : undefined;
    const deploys = wanted("deploys") ? await measureDeploys({ workshop, engine, compose, runs, tell }) : undefined;
    report.push(...machineLines(about, { runs, began, compose }));
    if (previews !== undefined) report.push("", ...previewLines(previews));
    if (updates.length > 0) report.push("", ...updateLines(updates, compose));
    if (previews !== undefined) report.push("", ...growthLines(previews));
    if (watching !== undefined) report.push("", ...watchingLines(watching));
    if (backups !== undefined) report.push("", ...backupLines(backups));
    if (commands !== undefined) report.push("", ...commandLines(commands));
    if (policies !== undefined) report.push("", ...policyLines(policies));
    if (deploys !== undefined) report.push("", ...deployLines(deploys));
  } finally {
    tell("taking away what is left");
    await removeLeftovers(engine);
    workshop.close();
    letGo();
  }
  say.line("");
  for (const text of report) say.line(text);
  say.line(`\nDone in ${duration(say.seconds())}.`);
});

/** What `npm start` arranges, for a stack that has all systems. */
async function prepare(given, say) {
  const giveBack = await takeLock(paths.lock, { command: "npm run bench (set-up)", wait: !given["no-wait"], tell: (text) => say.line(`  ${text}`) });
  try {
    const force = given.online ? "online" : given.offline ? "offline" : undefined;
    const found = await survey({ force, stack: "dev", systems: systemIds });
    const made = await setUp(found, say, { yes: given.yes });
    const standIns = made.env["PATH"]?.split(":").includes(paths.standIns) === true;
    return { ...made, plugins: standIns ? "stand-ins of airgap/ (Node); the official ones are Go programs and start faster" : "official" };
  } finally {
    giveBack();
  }
}
