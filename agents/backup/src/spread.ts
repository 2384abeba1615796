import { manifestFile, momentOf } from "../../../backups/layout";
import { expiryOf } from "../../../backups/retention";
import type { Context } from "./context";
import { describeError } from "../../common/log";
import type { Progress } from "./run";
import type { Store } from "./stores/store";
import type { StoredSet } from "./vault";
import { verified } from "./stream";

const dayMs = 86_400_000;
/** How far back a store that was away is brought up to date; older ones are in the others. */
const spreadDays = 7;

/** Brings a backup to a store that lacks it, from one that has it, with pauses between attempts. */
export async function spread(context: Context, backup: string, to: Store, signal: AbortSignal, progress: Progress, because?: Error): Promise<void> {
  const waits = context.parts.retryMs;
  let last: unknown = because;
  for (const wait of waits) {
    progress(`${describeError(last)}; trying again in ${Math.round(wait / 1000)} s`);
    await context.parts.pause(wait, signal);
    try {
      const from = (await context.vault.list()).find((set) => set.backup === backup && set.store !== to);
      if (from === undefined) throw new Error(`${backup} is in no other store any more`);
      await copyOver(context, from, to, signal);
      progress(`${backup} is in ${to.name} as well`);
      return;
    } catch (error) {
      signal.throwIfAborted();
      last = error;
    }
  }
  throw last instanceof Error ? last : new Error(describeError(last));
}

/** The very bytes, checked on the way; the manifest last. */
async function copyOver(context: Context, from: StoredSet, to: Store, signal: AbortSignal): Promise<void> {
  const { vault } = context;
  const manifest = vault.trusted(from);
  const there = new Set((await to.list(`${from.backup}/`)).map(({ key }) => key));
  for (const part of manifest.parts) {
    const key = `${from.backup}/${part.file}`;
    // Objects are whole or not there; of this very run, as nothing is overwritten. `verify` looks at each byte.
    if (there.has(key)) continue;
    await to.put(key, verified(await from.store.get(key, signal), part, `${part.file} in store ${from.store.name}`), signal);
  }
  if (!there.has(`${from.backup}/${manifestFile}`)) await vault.writeManifest(to, manifest, signal);
}

/** What a store has missed in the last days, because it was full or away or is new. Throws with what still fails. */
export async function catchUp(context: Context, signal: AbortSignal, progress: Progress): Promise<number> {
  const { vault, settings, parts } = context;
  if (vault.stores.length < 2) return 0;
  const away = new Set<string>();
  const lists = new Map(await Promise.all(vault.stores.map(async (store) => [store, await vault.listStore(store).catch(() => undefined)] as const)));
  const now = parts.now().getTime();
  const failures: string[] = [];
  let copied = 0;
  for (const [to, present] of lists) {
    if (present === undefined) continue;
    const has = new Set(present.map(({ backup }) => backup));
    for (const [from, sets] of lists) {
      for (const set of from === to ? [] : (sets ?? [])) {
        const age = now - (momentOf(set.timestamp)?.getTime() ?? 0);
        if (has.has(set.backup) || set.manifest === undefined || age > spreadDays * dayMs || away.has(to.name)) continue;
        // What retention is about to take is not brought back.
        if (expiryOf(set.manifest, settings.retention[set.tier]).getTime() <= now + dayMs) continue;
        try {
          await copyOver(context, set, to, signal);
          progress(`${set.backup} was brought to ${to.name}`);
          has.add(set.backup);
          copied += 1;
        } catch (error) {
          signal.throwIfAborted();
          failures.push(describeError(error));
          away.add(to.name);
        }
      }
    }
  }
  if (failures.length > 0) throw new Error(failures.join("\n"));
  return copied;
}
