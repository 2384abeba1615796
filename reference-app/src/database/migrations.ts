import type { Log } from "../log";
import type { System } from "../systems/types";
import type { Database, Migration } from "./types";

/** Long enough for another replica's run, short enough to fail an update with a clear message. */
const lockWaitSeconds = 60;

/** Applies what is missing, in order, one run at a time. Running it again changes nothing. */
export async function migrate(system: System, database: Database, log: Log): Promise<readonly string[]> {
  const before = await pending(system, database);
  if (before.length === 0) {
    log.info("schema is up to date", { migrations: system.migrations.length });
    return [];
  }
  return database.withMigrationLock(lockWaitSeconds, async () => {
    const applied: string[] = [];
    // Asked again under the lock: another run may have done the work while this one waited.
    for (const migration of await pending(system, database)) {
      const start = Date.now();
      await database.applyMigration(migration);
      log.info("migration applied", { migration: migration.id, durationMs: Date.now() - start });
      applied.push(migration.id);
    }
    return applied;
  });
}

/** Migrations of a newer version are no reason to stop: going back a version must work. */
export async function pending(system: System, database: Pick<Database, "appliedMigrations">): Promise<readonly Migration[]> {
  const applied = await database.appliedMigrations();
  return system.migrations.filter((migration) => !applied.has(migration.id));
}
