#!/usr/bin/env node
// npm start: everything a stack on this machine needs, then a real `pulumi up`.
import { mkdirSync } from "node:fs";
import { basename } from "node:path";
import { defaultSystems, extras, systemIds } from "./base/catalogue.mjs";
import { takeLock } from "./base/lock.mjs";
import { main } from "./base/main.mjs";
import { paths, stackFile } from "./base/paths.mjs";
import { duration, Say } from "./base/say.mjs";
import { belongings } from "./engine/belongings.mjs";
import { checkDisk } from "./engine/disk.mjs";
import { haltedLines, haltedSystems, mayStart } from "./engine/halts.mjs";
import { checkPorts } from "./engine/ports.mjs";
import { settled, startContainers } from "./engine/power.mjs";
import { optionsOf } from "./options.mjs";
import { applyConfig, dropOldSalt, edgeOf, isDevelopment, planConfig, readConfig } from "./stack/config.mjs";
import { systemsInFile } from "./stack/file.mjs";
import { ensurePassphrase } from "./stack/passphrase.mjs";
import { Pulumi } from "./stack/pulumi.mjs";
import { clearUpdateLock, repairCutOff } from "./stack/repair.mjs";
import { readState } from "./stack/state.mjs";
import { backingUp, closing, curlLine, probeAddresses, running, saveCertificate, thingsToTry, watching } from "./stack/summary.mjs";
import { isCrash, update } from "./stack/update.mjs";
import { setUp } from "./tools/setup.mjs";
import { survey } from "./tools/survey.mjs";

await main(async (argv) => {
  const options = optionsOf("start", argv);
  const { stack } = options;
  const say = new Say();
  const tell = (line) => say.line(`  ${line}`);
  const giveBack = await takeLock(paths.lock, { command: "npm start", wait: options.wait, tell });
  try {
    const listed = systemsInFile(stack, systemIds);
    const systems = options.systems ?? listed ?? defaultSystems;
    const named = options.systems === undefined && listed !== undefined ? `what ${basename(stackFile(stack))} lists` : systems.join(", ");
    say.line(`Stackbook: stack ${stack} with ${named} on this machine's Docker.`);
    const { env, engine } = await setUp(await survey({ force: options.force, stack, systems, also: (options.with ?? []).flatMap((part) => extras[part]) }), say, options);
    const pulumi = new Pulumi(env, stack);
    const { edge, config, isDev } = await prepareStack(pulumi, options, say);
    const refresh = await prepareEngine(pulumi, engine, edge, options, say);
    await deploy(pulumi, engine, { config, edge, isDev, refresh }, say);
  } finally {
    giveBack();
  }
});

/** Passphrase, state, stack file. */
async function prepareStack(pulumi, { stack, systems, wait }, say) {
  const tell = (line) => say.line(`  ${line}`);
  const passphrase = ensurePassphrase();
  if (passphrase.said !== undefined) tell(passphrase.said);
  mkdirSync(paths.state, { recursive: true });
  await clearUpdateLock(pulumi, { wait, tell });
  const state = readState(stack);
  if (state === undefined) {
    const dropped = dropOldSalt(stack);
    if (dropped !== undefined) tell(`settings  ${dropped}`);
  }
  await pulumi.must(["stack", "select", "--create"], `the stack ${stack} could not be opened`);
  const config = planConfig({ asked: systems, stack, values: await readConfig(pulumi), isNew: (state?.resources ?? []).length === 0 });
  await applyConfig(pulumi, config);
  for (const id of config.off) tell(`settings  ${id} is no longer asked for: switched off in ${stackFile(stack)}, its data and passwords stay`);
  const values = await readConfig(pulumi);
  return { config, edge: edgeOf(values), isDev: isDevelopment(values) };
}

/** @returns {Promise<boolean>} whether the update has to look at the real things first */
async function prepareEngine(pulumi, engine, edge, { stack }, say) {
  const tell = (line) => say.line(`  ${line}`);
  const warning = await checkDisk(engine);
  if (warning !== undefined) tell(`warning   ${warning}`);
  const { refresh } = await repairCutOff(pulumi, engine, tell);
  const have = await belongings(engine, stack);
  const ours = new Set(have.containers.map(({ Id }) => Id));
  await checkPorts(engine, { ports: { httpPort: edge.httpPort, httpsPort: edge.httpsPort }, address: edge.bindAddress, stack, stackFile: stackFile(stack), isOurs: ({ Id }) => ours.has(Id) });
  const halted = await haltedSystems(engine, stack);
  for (const line of haltedLines(halted)) tell(line);
  const started = await startContainers(engine, have.containers.filter(mayStart(halted)), { log: (line) => tell(`engine    ${line}`) });
  if (started.length > 0) tell(`engine    ${started.length} stopped ${started.length === 1 ? "container" : "containers"} of this stack started again`);
  return refresh;
}

async function deploy(pulumi, engine, { config, edge, isDev, refresh }, say) {
  say.line();
  say.line(`pulumi up (stack ${pulumi.stack})${refresh ? ", after a look at the real things" : ""}`);
  const began = say.seconds();
  const why = `npm start: ${config.systems.join(", ")}${config.off.length > 0 ? `, without ${config.off.join(", ")}` : ""}`;
  const up = (withRefresh) => update(pulumi, ["up", ...(withRefresh ? ["--refresh"] : [])], say, { what: "the update", why, policies: isDev ? "told" : "kept" });
  const { changed } = await up(refresh).catch(async (error) => {
    if (!isCrash(error)) throw error;
    const tell = (line) => say.line(`  ${line}`);
    tell(`repair    the Pulumi CLI crashed (${error.fix[0]}); once more`);
    await clearUpdateLock(pulumi, { wait: true, tell });
    return up((await repairCutOff(pulumi, engine, tell)).refresh);
  });
  const took = duration(say.seconds() - began);
  say.line(changed === 0 ? `Nothing changed (${took}): what runs is what the stack file says.` : `${changed} resources changed in ${took}.`);
  const outputs = await pulumi.json(["stack", "output"], "the stack's outputs could not be read");
  const hasCertificate = saveCertificate(outputs);
  say.line();
  for (const line of running(outputs, await settled(engine, (await belongings(engine, pulumi.stack)).containers))) say.line(line);
  say.line();
  for (const { url, status, milliseconds, error } of await probeAddresses(outputs, edge.bindAddress)) {
    say.line(`${curlLine(url, hasCertificate)}    # ${error === undefined ? `${status} in ${milliseconds} ms` : error}`);
  }
  say.line();
  for (const line of [...watching(outputs, pulumi.stack), ...backingUp(outputs, pulumi.stack), ...closing(pulumi.stack)]) say.line(line);
  say.line();
  for (const line of thingsToTry(outputs, pulumi.stack)) say.line(line);
  say.line();
  say.line(`Done in ${duration(say.seconds())}.`);
}
