import type { Client } from "pg";
import { databaseExists, literal, quote } from "./connection";

/** Settings whose values are lists: PostgreSQL keeps them quoted as they have to be given. */
const lists = new Set(["search_path", "temp_tablespaces", "session_preload_libraries", "local_preload_libraries", "shared_preload_libraries"]);

interface Likeness {
  readonly encoding: string;
  readonly collate: string;
  readonly ctype: string;
  readonly provider: string;
  readonly icu: string | null;
}

/** An empty database with the live one's locale, rights and settings, which no dump has; of the server's own, if there is no live one. */
export async function createLike(client: Client, name: string, live: string, owner: string): Promise<void> {
  const model = (await databaseExists(client, live)) ? live : "template1";
  const column = await icuColumn(client);
  const { rows } = await client.query<Likeness>(`
    SELECT pg_encoding_to_char(encoding) AS encoding, datcollate AS collate, datctype AS ctype, datlocprovider::text AS provider, ${column} AS icu
      FROM pg_catalog.pg_database WHERE datname = $1`, [model]);
  const like = rows[0];
  if (like === undefined) throw new Error(`PostgreSQL has no database ${model}`);
  const icu = like.provider === "i" && like.icu !== null ? ` LOCALE_PROVIDER icu ICU_LOCALE${literal(like.icu)}` : "";
  await client.query(`CREATE DATABASE ${quote(name)} WITH TEMPLATE template0 OWNER ${quote(owner)} ENCODING${literal(like.encoding)} LC_COLLATE${literal(like.collate)} LC_CTYPE${literal(like.ctype)}${icu}`);
  await client.query(`REVOKE ALL ON DATABASE ${quote(name)} FROM PUBLIC`);
  if (model !== live) return;
  await copyRights(client, live, name);
  await copySettings(client, live, name);
}

/** Renamed in PostgreSQL 17, unknown before 15. */
async function icuColumn(client: Client): Promise<string> {
  const { rows } = await client.query<{ name: string }>(
    "SELECT attname::text AS name FROM pg_catalog.pg_attribute WHERE attrelid = 'pg_catalog.pg_database'::pg_catalog.regclass AND attname IN ('daticulocale', 'datlocale')");
  return rows[0] === undefined ? "NULL::text" : rows[0].name;
}

async function copyRights(client: Client, from: string, to: string): Promise<void> {
  const { rows } = await client.query<{ grantee: string | null; right: string; grantable: boolean }>(`
    SELECT r.rolname::text AS grantee, acl.privilege_type AS right, acl.is_grantable AS grantable
      FROM pg_catalog.pg_database d, pg_catalog.aclexplode(coalesce(d.datacl, pg_catalog.acldefault('d', d.datdba))) acl
      LEFT JOIN pg_catalog.pg_roles r ON r.oid = acl.grantee
     WHERE d.datname = $1 AND acl.grantee <> d.datdba`, [from]);
  for (const { grantee, right, grantable } of rows) {
    await client.query(`GRANT ${right} ON DATABASE ${quote(to)} TO ${grantee === null ? "PUBLIC" : quote(grantee)}${grantable ? " WITH GRANT OPTION" : ""}`);
  }
}

async function copySettings(client: Client, from: string, to: string): Promise<void> {
  const { rows } = await client.query<{ role: string | null; setting: string }>(`
    SELECT r.rolname::text AS role, setting FROM pg_catalog.pg_db_role_setting s JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase
      LEFT JOIN pg_catalog.pg_roles r ON r.oid = s.setrole, unnest(s.setconfig) setting WHERE d.datname = $1`, [from]);
  for (const { role, setting } of rows) {
    const at = setting.indexOf("=");
    const [key, value] = [setting.slice(0, at), setting.slice(at + 1)];
    const whose = role === null ? `DATABASE ${quote(to)}` : `ROLE ${quote(role)} IN DATABASE ${quote(to)}`;
    await client.query(`ALTER ${whose} SET ${key.split(".").map(quote).join(".")} TO ${lists.has(key) ? value || "''" : literal(value)}`);
  }
}
