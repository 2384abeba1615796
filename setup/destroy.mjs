#!/usr/bin/env node
// npm run destroy: takes the stack away; data and the passwords that open it only with --data.
import { copyFileSync, existsSync, mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { takeLock } from "./base/lock.mjs";
import { paths, stackFile } from "./base/paths.mjs";
import { main } from "./base/main.mjs";
import { Problem } from "./base/problem.mjs";
import { duration, Say } from "./base/say.mjs";
import { belongings, nameOf } from "./engine/belongings.mjs";
import { findEngine } from "./engine/find.mjs";
import { optionsOf } from "./options.mjs";
import { ensurePassphrase } from "./stack/passphrase.mjs";
import { Pulumi } from "./stack/pulumi.mjs";
import { clearUpdateLock, repairCutOff } from "./stack/repair.mjs";
import { knownToState, readState } from "./stack/state.mjs";
import { update } from "./stack/update.mjs";
import { setUp } from "./tools/setup.mjs";
import { survey } from "./tools/survey.mjs";

await main(async (argv) => {
  const options = optionsOf("destroy", argv);
  const { stack } = options;
  const say = new Say();
  const tell = (line) => say.line(`  ${line}`);
  const giveBack = await takeLock(paths.lock, { command: "npm run destroy", wait: options.wait, tell });
  try {
    const before = readState(stack);
    if (before === undefined) {
      say.line(`There is no stack ${stack} in this clone; nothing to remove.`);
      return;
    }
    if (options.forget) await forget(stack, before, options, say);
    else await destroy(stack, before, options, say);
    say.line();
    say.line(`Done in ${duration(say.seconds())}.`);
  } finally {
    giveBack();
  }
});

/** @returns {Promise<boolean>} whether the data goes as well */
async function choose({ data, forget: isForget, yes }, have, say) {
  const volumes = have.volumes.map(({ Name }) => Name);
  say.line(`Will be removed: ${have.containers.length + have.orphans.length} containers, ${have.networks.length} networks${data ? ` and ${volumes.length} volumes WITH ALL THEIR DATA: ${volumes.join(", ")}` : ""}`);
  if (!data && volumes.length > 0) say.line(`Will be kept:    data${isForget ? ", though its passwords were in the state that is put aside" : " and its passwords"} (volumes ${volumes.join(", ")})`);
  if (yes) return data;
  if (!say.isTerminal || !process.stdin.isTTY) {
    if (data || isForget) throw new Problem(`${data ? "--data removes every row and file" : "--forget gives up the state"}, and there is no terminal to ask on`, ["Nothing was touched. If that is meant: add --yes."]);
    return false;
  }
  const ask = createInterface({ input: process.stdin, output: process.stdout });
  try {
    if (!data && volumes.length === 0) return false;
    const answer = (await ask.question(data ? 'Every row and file of this stack will be gone. Type "data" to go on: ' : 'Enter keeps the data; type "data" to remove it as well: ')).trim();
    if (answer === "data") return true;
    if (data || answer !== "") throw new Problem("stopped; nothing was touched", [], 130);
    return false;
  } finally {
    ask.close();
  }
}

async function destroy(stack, before, options, say) {
  const tell = (line) => say.line(`  ${line}`);
  const found = await survey({ stack, systems: [] });
  // Things are only taken away: no image has to be made for that.
  found.images.names = [];
  const { env, engine } = await setUp(found, say, options);
  const data = await choose(options, await belongings(engine, stack, before), say);
  const pulumi = new Pulumi(env, stack);
  ensurePassphrase();
  await clearUpdateLock(pulumi, { wait: options.wait, tell });
  await repairCutOff(pulumi, engine, tell);
  if (data) await pulumi.must(["state", "unprotect", "--all", "--yes"], "the data's protection could not be lifted");
  say.line();
  say.line(`pulumi destroy (stack ${pulumi.stack}${data ? ", data included" : ", data kept"})`);
  await update(pulumi, ["destroy", ...(data ? [] : ["--exclude-protected"])], say, { what: "the removal", why: `npm run destroy${data ? " --data" : ""}` });
  await sweep(engine, pulumi.stack, before, data, tell);
  const kept = (await belongings(engine, pulumi.stack)).volumes.map(({ Name }) => Name);
  say.line();
  if (data) {
    say.line(`No container, network or volume of this stack is left. Its settings, passphrase and history stay in this clone: Pulumi.${pulumi.stack}.yaml, .stackbook/`);
    say.line(`Images that were built for it stay on the engine; unused ones go with: docker image rm $(docker images -q 'stackbook-${pulumi.stack}/*')`);
  } else {
    say.line(`Kept: ${kept.length === 0 ? "no data (there was none)" : `the data in ${kept.join(", ")}`}, its passwords in the state, the settings in ${stackFile(pulumi.stack).slice(paths.root.length + 1)}.`);
    say.line("npm start opens it again with every row. npm run destroy -- --data removes it for good.");
  }
}

/** Looks by label, and takes away what the state didn't know or chose to leave. */
async function sweep(engine, stack, before, data, tell) {
  const left = await belongings(engine, stack, before);
  for (const container of [...left.containers, ...left.orphans]) {
    await engine.remove(container.Id);
    tell(`removed   the container ${nameOf(container)}, which the state no longer knew`);
  }
  const stillUsed = knownToState(readState(stack));
  for (const network of left.networks) {
    if (stillUsed.network.has(network.Id)) continue;
    await engine.ask("DELETE", `/networks/${network.Id}`);
    tell(`removed   the network ${network.Name}`);
  }
  for (const volume of data ? left.volumes : []) {
    await engine.ask("DELETE", `/volumes/${encodeURIComponent(volume.Name)}`);
    tell(`removed   the volume ${volume.Name}`);
  }
}

/** The state can't be opened: what it names is removed directly, and it is put aside, not deleted. */
async function forget(stack, before, options, say) {
  const tell = (line) => say.line(`  ${line}`);
  const { engine, tried } = await findEngine();
  if (engine === undefined) throw new Problem(`no Docker engine answers${tried.length === 0 ? "" : ` at ${tried.map(({ place }) => place.name).join(", ")}`}; start it first`);
  const have = await belongings(engine, stack, before);
  const data = await choose(options, have, say);
  for (const container of [...have.containers, ...have.orphans]) await engine.remove(container.Id);
  for (const network of have.networks) await engine.ask("DELETE", `/networks/${network.Id}`);
  for (const volume of data ? have.volumes : []) await engine.ask("DELETE", `/volumes/${encodeURIComponent(volume.Name)}`);
  const aside = join(paths.own, `forgotten-${new Date().toISOString().replace(/[:.]/g, "-")}`);
  mkdirSync(aside, { recursive: true, mode: 0o700 });
  if (existsSync(stackFile(stack))) copyFileSync(stackFile(stack), join(aside, `Pulumi.${stack}.yaml`));
  for (const [from, name] of [[paths.state, "state"], [paths.passphrase, "passphrase"]]) {
    if (existsSync(from)) renameSync(from, join(aside, name));
  }
  tell(`removed   ${have.containers.length + have.orphans.length} containers, ${have.networks.length} networks${data ? `, ${have.volumes.length} volumes` : ""}`);
  tell(`put aside the state is now in ${aside}; should the passphrase turn up, it opens again`);
  if (!data && have.volumes.length > 0) tell(`kept      the volumes ${have.volumes.map(({ Name }) => Name).join(", ")}; npm start makes new ones, docker volume rm removes these`);
}
