import { openDatabase, waitForDatabase } from "../database";
import { migrate } from "../database/migrations";
import { describeError, type Log } from "../log";
import { readData, type Environment } from "../settings";

/** Brings the schema up to date and ends. */
export async function migrateCommand(env: Environment, log: Log): Promise<number> {
  const { common, data } = readData(env);
  const database = await openDatabase(common.system, data);
  try {
    await waitForDatabase(database, data.connectSeconds, (error) => log.warn("waiting for the database", { error: describeError(error) }));
    const applied = await migrate(common.system, database, log);
    log.info("migrations done", { applied });
    return 0;
  } catch (error) {
    log.error(`migrating ${common.system.id} failed: ${describeError(error)}`);
    return 1;
  } finally {
    await database.close();
  }
}
