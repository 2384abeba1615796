#!/usr/bin/env node
// npm test: the same set-up as npm start, then every suite; the last line sums them up.
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { systemIds } from "./base/catalogue.mjs";
import { takeLock } from "./base/lock.mjs";
import { paths } from "./base/paths.mjs";
import { main } from "./base/main.mjs";
import { duration, Say, table } from "./base/say.mjs";
import { optionsOf } from "./options.mjs";
import { cleared } from "./stack/environment.mjs";
import { groupsOf, inLanes } from "./suites/lanes.mjs";
import { runMocha, runSideBySide, runTool, sum } from "./suites/run.mjs";
import { suites, testFiles } from "./suites/suites.mjs";
import { installModules } from "./tools/modules.mjs";
import { setUp } from "./tools/setup.mjs";
import { survey } from "./tools/survey.mjs";

/** Lines of logs are masked before they leave the machine: that is tested every time. */
const imagesOfTests = ["collector"];
/** A certificate authority and its client; the store of logs. */
const imagesOfFull = ["lego", "pebble", "loki"];

await main(async (argv) => {
  const options = optionsOf("test", argv);
  const chosen = Object.entries(suites).filter(([name]) => options.only === undefined || options.only.includes(name));
  const say = new Say();
  const env = await prepare(chosen.some(([, { needsSetUp }]) => needsSetUp === true), options, say);
  const scratch = mkdtempSync(join(tmpdir(), "stackbook-test-"));
  try {
    return await runAll(chosen, isolated(env, scratch), options, say);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
});

/** Only what needs the CLI or Docker waits for them. */
async function prepare(needsSetUp, options, say) {
  const tell = (line) => say.line(`  ${line}`);
  const giveBack = await takeLock(paths.lock, { command: "npm test (set-up)", wait: options.wait, tell });
  try {
    if (!needsSetUp) {
      await installModules(tell);
      return process.env;
    }
    const { env } = await setUp(await survey({ force: options.force, stack: "dev", systems: systemIds, also: [...imagesOfTests, ...(options.full ? imagesOfFull : [])] }), say, options);
    return env;
  } finally {
    giveBack();
  }
}

/** Suites bring their own state; should one forget, it meets an empty folder, never the user's stack. */
function isolated(env, scratch) {
  const own = { ...env, PULUMI_BACKEND_URL: `file://${scratch}`, PULUMI_SKIP_UPDATE_CHECK: "true" };
  for (const name of [...cleared, "PULUMI_CONFIG_PASSPHRASE_FILE", "PULUMI_ACCESS_TOKEN"]) delete own[name];
  return own;
}

async function runAll(chosen, env, { full }, say) {
  const left = [];
  const run = async ([name, suite], output) => {
    const began = say.seconds();
    if (output === "inherit") say.line(`\n== ${suite.title}`);
    const found = suite.folder === undefined ? undefined : testFiles(suite.folder, { full });
    left.push(...(found?.left ?? []));
    const totals = await runSuite(name, suite, found?.files ?? [], env, output);
    if (output !== "inherit") say.line(`\n== ${suite.title}\n${Buffer.concat(output)}`);
    return { suite, totals, seconds: say.seconds() - began };
  };
  // Those that need no machine keep one core busy each; the others share Docker and want all of them.
  const plain = chosen.filter(([, { needsSetUp }]) => needsSetUp !== true);
  const results = await inLanes(plain, availableParallelism(), (one) => run(one, plain.length > 1 ? [] : "inherit"));
  for (const one of chosen.filter(([, { needsSetUp }]) => needsSetUp === true)) results.push(await run(one, "inherit"));
  const all = results.map(({ totals }) => totals).reduce(sum);
  const rows = results.map(({ suite, totals, seconds }) => [suite.title, `${totals.passed} passed`, `${totals.failed} failed`, totals.pending > 0 ? `${totals.pending} skipped` : "", duration(seconds)]);
  say.line("");
  for (const line of table(rows)) say.line(line);
  for (const [name, suite] of Object.entries(suites)) {
    if (!chosen.some(([other]) => other === name)) say.line(`left out: ${suite.title} (not asked for)`);
  }
  for (const { file, why } of left) say.line(`left out: ${file} (${why}; npm run test:full has it)`);
  say.line(`in ${duration(say.seconds())}`);
  say.line(`${all.passed} passed, ${all.failed} failed`);
  return all.failed === 0 ? 0 : 1;
}

/** @returns {Promise<import("./suites/run.mjs").Totals>} */
function runSuite(name, { command, lanes }, files, env, output) {
  if (command !== undefined) return runTool(command, env, output);
  if (files.length === 0) return Promise.resolve({ passed: 0, failed: 0, pending: 0 });
  return lanes === undefined ? runMocha(name, files, env, output) : runSideBySide(name, groupsOf(files, lanes), availableParallelism(), env);
}
