import { systems } from "../../systems";
import { Problem } from "../problem";
import type { Ending, Query } from "./queries";
import { refused, within, type Server } from "./server";

/** By TCP, where the server asks for a password; the container's own is the first that it was given. */
const psql = 'PGPASSWORD="${PASSWORD:-$POSTGRES_PASSWORD}" PGCONNECT_TIMEOUT=5 exec psql -X -q -A -t -v ON_ERROR_STOP=1 -h 127.0.0.1 -U "${POSTGRES_USER:-postgres}" -d "$1" -f -';

async function ask(server: Server, sql: string, timeoutSeconds?: number): Promise<string> {
  const ended = await within(server, psql, [systems[server.system].database.name], sql, timeoutSeconds);
  if (ended.code !== 0) throw refused(server, `${server.system}'s PostgreSQL did not answer`, ended);
  return ended.out.trim();
}

/** Of everybody, longest first; what waits in an open transaction holds its locks, so it counts from the transaction's beginning. */
const longest = (seconds: number): string => `
SELECT coalesce(json_agg(q ORDER BY q.seconds DESC), '[]') FROM (
  SELECT pid::text, coalesce(usename, '') AS "user", coalesce(datname, '') AS database,
         concat_ws(' ', nullif(application_name, ''), host(client_addr)) AS client, state,
         round(extract(epoch FROM now() - CASE WHEN state = 'active' THEN query_start ELSE coalesce(xact_start, state_change) END)::numeric, 1)::float AS seconds,
         coalesce((SELECT json_agg(b::text) FROM unnest(pg_blocking_pids(pid)) b), '[]') AS "waitsFor",
         left(regexp_replace(query, '\\s+', ' ', 'g'), 500) AS text
    FROM pg_stat_activity
   WHERE pid <> pg_backend_pid() AND backend_type = 'client backend' AND state <> 'idle'
) q WHERE q.seconds >= ${seconds};
`;

export async function postgresQueries(server: Server, seconds: number): Promise<readonly Query[]> {
  return JSON.parse(await ask(server, longest(seconds))) as Query[];
}

/** Seconds that a query gets to hear the first word. */
const patienceSeconds = 3;

/** First only the query is ended, and its connection goes on; if it does not hear that, the connection. */
export async function endPostgresQuery(server: Server, pid: string): Promise<Ending> {
  const alive = `SELECT count(*) FROM pg_stat_activity WHERE pid = ${pid} AND backend_type = 'client backend' AND pid <> pg_backend_pid()`;
  const busy = `${alive} AND state <> 'idle'`;
  if ((await ask(server, `${busy};`)) === "0") return "gone";
  await ask(server, `SELECT pg_cancel_backend(${pid});`);
  const until = Date.now() + patienceSeconds * 1000;
  // Between queries of an open transaction there is nothing to cancel, and its locks stay.
  do {
    if ((await ask(server, `${busy};`)) === "0") return "cancelled";
    await new Promise((resolve) => setTimeout(resolve, 300));
  } while (Date.now() < until);
  await ask(server, `SELECT pg_terminate_backend(${pid}, 5000);`);
  if ((await ask(server, `${alive};`)) !== "0") throw new Problem(`the connection ${pid} of ${server.system} does not end`, ["Restart the database: npx stackbook restart <system> database"]);
  return "terminated";
}

export interface Vacuumed {
  /** Rows that were dead and took room: before, after. */
  readonly deadBefore: number;
  readonly deadAfter: number;
  readonly seconds: number;
}

/** A day: what 100 GB (sms.md, Current Capacity) may take on a slow disk. */
const vacuumSeconds = 24 * 3600;

/** sms.md, Monthly Tasks. Nothing waits for it: it takes no lock that reading or writing needs. */
export async function vacuum(server: Server, now: () => Date): Promise<Vacuumed> {
  const dead = async (): Promise<number> => Number(await ask(server, "SELECT pg_stat_clear_snapshot(); SELECT coalesce(sum(n_dead_tup), 0) FROM pg_stat_user_tables;"));
  const deadBefore = await dead();
  const began = now().getTime();
  await ask(server, "VACUUM (ANALYZE);", vacuumSeconds);
  return { deadBefore, deadAfter: await dead(), seconds: (now().getTime() - began) / 1000 };
}
