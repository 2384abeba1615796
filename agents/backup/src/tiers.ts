import { folderOf, momentOf } from "../../../backups/layout";
import type { Manifest, Tier } from "../../../backups/manifest";
import { isKept } from "../../../backups/retention";
import type { Context } from "./context";
import { describeError } from "../../common/log";
import { signManifest } from "./manifest/signature";
import type { Progress } from "./run";
import { dayOf, startOfMonth, startOfWeek } from "./schedule/days";
import type { Store } from "./stores/store";

/**
 * Whether this set is also that week's or month's: on Mondays and on the 1st. Also on a later day, if the agent was
 * there before and that day was missed: a chain of weeks has no gap for one night without power.
 */
export function belongsTo(tier: "weekly" | "monthly", moment: Date, timeZone: string, sets: readonly { readonly tier: Tier; readonly timestamp: string }[]): boolean {
  const today = dayOf(moment, timeZone);
  const first = tier === "weekly" ? startOfWeek(today) : startOfMonth(today);
  const days = sets.map((set) => ({ tier: set.tier, day: dayOf(momentOf(set.timestamp) ?? new Date(0), timeZone) }));
  if (days.some((set) => set.tier === tier && set.day >= first && set.day <= today)) return false;
  return today === first || days.some((set) => set.tier === "daily" && set.day < first);
}

/** A set of its own under the other prefix, copied within each store that has it; one store's failure is not the other's. */
export async function copyToTiers(context: Context, manifest: Manifest, progress: Progress): Promise<void> {
  const { vault, settings } = context;
  const failures: string[] = [];
  for (const tier of ["weekly", "monthly"] as const) {
    if (!isKept(settings.retention, tier)) continue;
    for (const store of vault.stores) {
      try {
        const sets = await vault.listStore(store);
        const moment = momentOf(manifest.timestamp) ?? new Date(manifest.startedAt);
        if (!sets.some(({ backup }) => backup === folderOf(manifest.system, manifest.tier, manifest.timestamp)) || !belongsTo(tier, moment, settings.timeZone, sets)) continue;
        await copySet(context, store, manifest, tier);
        progress(`${folderOf(manifest.system, tier, manifest.timestamp)}: copied in ${store.name}`);
      } catch (error) {
        failures.push(`${tier}: ${describeError(error)}`);
      }
    }
  }
  if (failures.length > 0) throw new Error(failures.join("\n"));
}

async function copySet({ vault, settings, secrets }: Context, store: Store, { signature: _, ...original }: Manifest, tier: Tier): Promise<void> {
  const from = folderOf(original.system, original.tier, original.timestamp);
  const to = folderOf(original.system, tier, original.timestamp);
  const there = new Set((await store.list(`${to}/`)).map(({ key }) => key));
  for (const { file } of original.parts) if (!there.has(`${to}/${file}`)) await store.copy(`${from}/${file}`, `${to}/${file}`);
  await vault.writeManifest(store, signManifest({ ...original, tier }, settings.encryption, secrets.read));
}
