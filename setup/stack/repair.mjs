import { belongings, nameOf } from "../engine/belongings.mjs";
import { Problem } from "../base/problem.mjs";
import { duration } from "../base/say.mjs";
import { endLeftovers } from "./leftovers.mjs";
import { describePending, readState, removeEmptyAttributes, shortType, updateLocks, urnName } from "./state.mjs";

/**
 * Another `pulumi` may hold the stack's own lock: one that runs is waited for, one that was killed is
 * recognised by its process and its lock is taken away.
 */
export async function clearUpdateLock(pulumi, { wait, tell, pollMs = 1000, everySeconds = 15, locks = updateLocks, mend = removeEmptyAttributes }) {
  const began = Date.now();
  let told = 0;
  for (;;) {
    const held = locks(pulumi.stack);
    const [running] = held.filter(({ runs }) => runs);
    if (running === undefined) {
      for (const name of mend()) tell(`repair    removed ${name}, which a killed update left empty`);
      if (held.length === 0) return;
      await pulumi.must(["cancel", "--yes"], "the lock of a killed update could not be taken away");
      tell(`repair    an update was killed (process ${held.map(({ pid }) => pid).join(", ")} no longer runs): its lock on the stack is taken away`);
      endLeftovers(tell);
      return;
    }
    const who = `an update by ${running.username}@${running.hostname} (process ${running.pid}, since ${String(running.timestamp).slice(11, 19)} UTC)`;
    if (!wait) {
      throw new Problem(`${who} holds the lock of stack ${pulumi.stack}, and --no-wait was given`, ["Wait until it has ended, then run this again.", "Is it certain that it no longer runs? pulumi cancel"], 75);
    }
    if (Date.now() - told >= everySeconds * 1000) {
      told = Date.now();
      tell(`waiting   ${who} holds the stack's lock; going on when it has ended${told - began < 1000 ? "" : ` (${duration((told - began) / 1000)})`}`);
    }
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

/**
 * After a kill: what was created and not written down is removed (containers and networks, never a
 * volume), then the cut-off operations leave the state. Call it with the stack's lock free.
 * @returns {Promise<{ refresh: boolean }>} whether the update has to look at the real things first
 */
export async function repairCutOff(pulumi, engine, tell, state = readState(pulumi.stack)) {
  const { stack } = pulumi;
  if (state === undefined) return { refresh: false };
  const have = await belongings(engine, stack, state);
  for (const container of have.orphans) {
    await engine.remove(container.Id);
    tell(`repair    removed the container ${nameOf(container)}: the update that made it was cut off before it was written down`);
  }
  for (const network of have.orphanNetworks) {
    await engine.ask("DELETE", `/networks/${network.Id}`);
    tell(`repair    removed the network ${network.Name}, likewise`);
  }
  if (state.pending.length > 0) {
    await adoptVolumes(pulumi, have, state, tell);
    await pulumi.must(["refresh", "--yes", "--skip-preview", "--clear-pending-creates"], "the cut-off operations could not be cleared");
    tell(`repair    cleared what was cut off: ${describePending(state.pending).join(", ")}`);
  }
  return { refresh: missingToRefresh(have, tell) };
}

/** A volume is never thrown away: one that was made and not written down is told of. */
async function adoptVolumes(pulumi, have, state, tell) {
  const names = new Set(state.pending.filter(({ resource }) => shortType(resource.type) === "docker volume").map(({ resource }) => resource.inputs?.name ?? urnName(resource.urn)));
  for (const { Name } of have.volumes) {
    if (names.has(Name)) tell(`repair    the volume ${Name} was made but never used; a new one takes its place (docker volume rm ${Name} removes it)`);
  }
}

function missingToRefresh(have, tell) {
  for (const { kind, name, protect } of have.missing) {
    if (kind === "volume" && protect) tell(`warning   the data volume ${name} is gone from the engine; what was in it is lost unless you restore it, and an empty one takes its place`);
    else tell(`repair    the ${kind} ${name} is gone from the engine; the update makes it again`);
  }
  return have.missing.length > 0;
}
