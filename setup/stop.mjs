#!/usr/bin/env node
// npm stop: stops the stack's containers, edge and apps first, data last. Nothing is removed.
import { takeLock } from "./base/lock.mjs";
import { paths } from "./base/paths.mjs";
import { main } from "./base/main.mjs";
import { Problem } from "./base/problem.mjs";
import { duration, Say } from "./base/say.mjs";
import { belongings, nameOf } from "./engine/belongings.mjs";
import { findEngine } from "./engine/find.mjs";
import { haltedSystems, mayStop } from "./engine/halts.mjs";
import { stopContainers } from "./engine/power.mjs";
import { optionsOf } from "./options.mjs";

await main(async (argv) => {
  const { stack, wait } = optionsOf("stop", argv);
  const say = new Say();
  const tell = (line) => say.line(`  ${line}`);
  const giveBack = await takeLock(paths.lock, { command: "npm stop", wait, tell });
  try {
    const { engine, tried } = await findEngine();
    if (engine === undefined) throw new Problem(`no Docker engine answers${tried.length === 0 ? "" : ` at ${tried.map(({ place }) => place.name).join(", ")}`}, so nothing of this stack runs on it`);
    const have = await belongings(engine, stack);
    const halted = await haltedSystems(engine, stack);
    const kept = [...have.containers, ...have.orphans].filter((container) => !mayStop(halted)(container));
    if (kept.length > 0) tell(`left running, cut off for evidence: ${kept.map(nameOf).join(", ")}`);
    const stopped = await stopContainers(engine, [...have.containers, ...have.orphans].filter(mayStop(halted)), { log: tell });
    if (have.foreign.length > 0) tell(`left alone: ${have.foreign.map(nameOf).join(", ")} (a stack ${stack} of another clone)`);
    say.line(stopped.length === 0 ? `Nothing of stack ${stack} was running.` : `Stack ${stack} is stopped: ${stopped.length} containers in ${duration(say.seconds())}. Data, settings and passwords are untouched.`);
    say.line(`Start again with: npm start${stack === "dev" ? "" : ` -- --stack ${stack}`}`);
  } finally {
    giveBack();
  }
});
