import { hashPassword, verifyPassword } from "../auth/passwords";
import { normalEmail } from "../auth/users";
import { ConflictError, openDatabase, waitForDatabase, type Database } from "../database";
import { migrate } from "../database/migrations";
import { describeError, type Log } from "../log";
import { readData, readLogin, type Environment, type Login } from "../settings";
import { tableOf, type System } from "../systems";
import { users } from "../systems/users";

/** Rows to look at and the first login, for dev. Run again, it only mends what is missing. */
export async function seedCommand(env: Environment, log: Log): Promise<number> {
  const { common, data } = readData(env);
  const login = readLogin(env);
  const database = await openDatabase(common.system, data);
  try {
    await waitForDatabase(database, data.connectSeconds, (error) => log.warn("waiting for the database", { error: describeError(error) }));
    await migrate(common.system, database, log);
    // Under the lock, so that two runs at once don't both find an empty table.
    await database.withMigrationLock(60, async () => {
      log.info("first login", { email: normalEmail(login.email), result: await seedLogin(database, login) });
      log.info("rows", { added: await seedRows(common.system, database) });
    });
    return 0;
  } catch (error) {
    log.error(`seeding ${common.system.id} failed: ${describeError(error)}`);
    return 1;
  } finally {
    await database.close();
  }
}

export async function seedLogin(database: Pick<Database, "find" | "insert" | "update">, login: Login): Promise<"added" | "password changed" | "unchanged"> {
  const email = normalEmail(login.email);
  const row = await database.find(users, { email });
  if (!row) {
    await database.insert(users, { email, name: "First login", role: "admin", passwordHash: await hashPassword(login.password) });
    return "added";
  }
  const stored = row["passwordHash"];
  if (typeof stored === "string" && (await verifyPassword(login.password, stored))) return "unchanged";
  await database.update(users, row.id, { passwordHash: await hashPassword(login.password) });
  return "password changed";
}

/** Only into tables that have no rows at all: what people changed or removed stays so. */
export async function seedRows(system: System, database: Pick<Database, "count" | "insert">): Promise<number> {
  let added = 0;
  for (const [name, rows] of Object.entries(system.seed)) {
    const table = tableOf(system, name);
    if ((await database.count(table, {})) > 0) continue;
    for (const row of rows) {
      try {
        await database.insert(table, row);
        added += 1;
      } catch (error) {
        // A row that was softly deleted still holds its key.
        if (!(error instanceof ConflictError)) throw error;
      }
    }
  }
  return added;
}
