import { expiredSets } from "../../../backups/retention";
import type { Context } from "./context";
import { removeSet } from "./discard";
import { describeError } from "../../common/log";

const dayMs = 86_400_000;

/**
 * Where the agent applies retention: removes what has had its time, and what runs that were killed have left. Never the
 * newest verified set.
 */
export async function enforceRetention({ clockTrusted, vault, settings, parts, log }: Context): Promise<void> {
  if (!clockTrusted) return;
  const now = parts.now();
  const yesterday = new Date(now.getTime() - dayMs);
  const failures: string[] = [];
  for (const store of vault.stores.filter(({ retains }) => retains)) {
    try {
      const sets = await vault.listStore(store);
      // One whose manifest is damaged is not removed: somebody has to look at it.
      const known = sets.flatMap(({ backup, tier, timestamp, manifest, marks }) =>
        manifest === undefined ? [] : [{ backup, tier, timestamp, finishedAt: manifest.finishedAt, verified: marks.verified !== undefined }]);
      for (const { backup } of expiredSets(known, settings.retention, now)) {
        await removeSet(store, backup);
        log.info("a backup has had its time", { store: store.name, backup });
      }
      for (const files of await vault.abandoned(store, yesterday)) {
        for (const { key } of files) await store.remove(key);
        log.info("what a run that was cut off had left was removed", { store: store.name, files: files.map(({ key }) => key) });
      }
      await store.sweep(settings.system, yesterday);
    } catch (error) {
      failures.push(`retention: ${describeError(error)}`);
    }
  }
  if (failures.length > 0) throw new Error(failures.join("\n"));
}
