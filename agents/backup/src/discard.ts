import { manifestFile } from "../../../backups/layout";
import { removalOrder } from "../../../backups/retention";
import type { Context } from "./context";
import { describeError } from "../../common/log";
import type { Store } from "./stores/store";

/** What a run that failed has left. A writer that may not delete leaves it to the bucket's rules; no list shows it. */
export async function discard({ vault, log }: Context, folder: string, stores: readonly Store[]): Promise<void> {
  for (const store of stores.filter(({ retains }) => retains)) {
    try {
      const files = await store.list(`${folder}/`);
      // With its manifest it is a backup.
      if (files.some(({ key }) => key.endsWith(`/${manifestFile}`))) continue;
      for (const { key } of files) await store.remove(key);
    } catch (error) {
      log.warn("what a failed backup has left was not removed; the agent tries again in a day", { store: store.name, folder, system: vault.settings.system, error: describeError(error) });
    }
  }
}

/** A whole backup. */
export async function removeSet(store: Store, backup: string): Promise<void> {
  const files = (await store.list(`${backup}/`)).map(({ key }) => key.slice(backup.length + 1));
  for (const file of removalOrder(files)) await store.remove(`${backup}/${file}`);
}
