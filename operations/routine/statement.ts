import { systems, type SystemId } from "../../systems";
import type { Ended } from "../engine";
import { Problem } from "../problem";
import type { Looking } from "./looking";

/** VACUUM of a large database takes its time; questions don't. */
const longSeconds = 4 * 3600;

/** Asks PostgreSQL as its owner, inside its container; rows by line, columns apart by tabs. */
export async function sql(looking: Looking, system: SystemId, statement: string, { long = false } = {}): Promise<string[][]> {
  const { name: container } = await looking.running(system, { role: "database" });
  // Words after the script are its arguments: nothing of the statement is read by the shell.
  const command = ["sh", "-c", 'PGPASSWORD=$POSTGRES_PASSWORD exec psql -X -A -t -F "$(printf "\\t")" -v ON_ERROR_STOP=1 -U postgres -d "$1" -c "$2"', "sql", systems[system].database.name, statement];
  const ended = await looking.engine.exec(container, command, "", { timeoutSeconds: long ? longSeconds : 30, env: await looking.storeEnvironment(system) });
  return linesOf(ended, container, "PostgreSQL").map((line) => line.split("\t"));
}

/** Asks MongoDB as its owner; the script prints what it has to say. `db` is the system's database. */
export async function mongo(looking: Looking, system: SystemId, script: string): Promise<string[]> {
  const { name: container } = await looking.running(system, { role: "database" });
  const login = "const e = process.env, db = new Mongo(`mongodb://${e.MONGO_INITDB_ROOT_USERNAME}:${encodeURIComponent(e.MONGO_INITDB_ROOT_PASSWORD)}@127.0.0.1/admin`)";
  const ended = await looking.engine.exec(container, ["mongosh", "--quiet", "--norc", "--nodb", "--eval", `${login}.getDB(${JSON.stringify(systems[system].database.name)}); ${script}`], "", { timeoutSeconds: 60, env: await looking.storeEnvironment(system) });
  return linesOf(ended, container, "MongoDB");
}

function linesOf({ code, err, out }: Ended, container: string, what: string): string[] {
  if (code === 0) return out.split("\n").filter((line) => line !== "");
  throw new Problem(`${what} in ${container} refused it (exit code ${code}): ${(err === "" ? out : err).trim().split("\n").at(-1) ?? ""}`, [`Its log: docker logs --tail 50 ${container}`]);
}
