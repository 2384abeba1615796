import type { Client } from "pg";
import { literal, quote } from "./connection";

export interface Column {
  readonly name: string;
  /** `character varying(20)`, `shop.mood[]`. */
  readonly type: string;
  /** Computed by the server: can't be given. */
  readonly generated: boolean;
}

/** By name; none: there is no such table. */
export async function columnsOf(client: Client, { schema, table }: { readonly schema: string; readonly table: string }): Promise<readonly Column[]> {
  const { rows } = await client.query<Column>(`
    SELECT a.attname::text AS name, pg_catalog.format_type(a.atttypid, a.atttypmod) AS type, a.attgenerated <> '' AS generated
      FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = $1 AND c.relname = $2 AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attname`, [schema, table]);
  return rows;
}

/** The rows of `from` in place of the table's own. */
export async function putRows(client: Client, { schema, name, columns }: { readonly schema: string; readonly name: string; readonly columns: readonly string[] }, from: string): Promise<void> {
  const table = `${quote(schema)}.${quote(name)}`;
  const { rowCount: references } = await client.query(
    `SELECT FROM pg_catalog.pg_constraint WHERE contype = 'f' AND confrelid = ${literal(table)}::pg_catalog.regclass LIMIT 1`);
  // A table that others refer to can't be truncated, not even with the same rows to follow.
  await client.query(references === 0 ? `TRUNCATE ONLY ${table}` : `DELETE FROM ONLY ${table}`);
  const list = columns.map(quote).join(", ");
  await client.query(columns.length === 0 ? `INSERT INTO ${table} SELECT FROM ${from}` : `INSERT INTO ${table} (${list}) OVERRIDING SYSTEM VALUE SELECT ${list} FROM ${from}`);
}

/** What the table's sequences give next is above every row that came back; never lower than it was. */
export async function raiseSequences(client: Client, schema: string, name: string): Promise<void> {
  const table = `${quote(schema)}.${quote(name)}`;
  const { rows } = await client.query<{ sequence: string; column: string }>(`
    SELECT d.objid::pg_catalog.regclass::text AS sequence, a.attname::text AS column FROM pg_catalog.pg_depend d
      JOIN pg_catalog.pg_class c ON c.oid = d.objid AND c.relkind = 'S' JOIN pg_catalog.pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
     WHERE d.refobjid =${literal(table)}::pg_catalog.regclass AND d.deptype IN ('a', 'i') AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass`);
  for (const { sequence, column } of rows) {
    await client.query(`SELECT pg_catalog.setval(${literal(sequence)}, greatest(m.top, s.last_value)) FROM (SELECT max(${quote(column)}) AS top FROM ONLY ${table}) m, ${sequence} s WHERE m.top >= s.last_value`);
  }
}

interface Reference {
  readonly name: string;
  readonly child: string;
  readonly parent: string;
  readonly childColumns: string[];
  readonly parentColumns: string[];
}

/** Rows that would refer to nothing, by foreign key; the server itself was kept from looking. */
export async function orphans(client: Client, tables: readonly { readonly schema: string; readonly name: string }[]): Promise<readonly string[]> {
  const oids = tables.map(({ schema, name }) => `${quote(schema)}.${quote(name)}`);
  const { rows } = await client.query<Reference>(`
    SELECT k.conname::text AS name, k.conrelid::pg_catalog.regclass::text AS child, k.confrelid::pg_catalog.regclass::text AS parent,
           ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY u(n, i) JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.n ORDER BY u.i) AS "childColumns",
           ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY u(n, i) JOIN pg_catalog.pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.n ORDER BY u.i) AS "parentColumns"
      FROM pg_catalog.pg_constraint k WHERE k.contype = 'f' AND (k.conrelid = ANY($1::pg_catalog.regclass[]) OR k.confrelid = ANY($1::pg_catalog.regclass[]))`, [oids]);
  const problems: string[] = [];
  for (const { name, child, parent, childColumns, parentColumns } of rows) {
    const present = childColumns.map((column) => `c.${quote(column)} IS NOT NULL`).join(" AND ");
    const same = childColumns.map((column, i) => `p.${quote(parentColumns[i] ?? "")} OPERATOR(pg_catalog.=) c.${quote(column)}`).join(" AND ");
    const { rows: [found] } = await client.query<{ count: string }>(`SELECT count(*)::text AS count FROM ${child} c WHERE ${present} AND NOT EXISTS (SELECT FROM ${parent} p WHERE ${same})`);
    if (found?.count !== "0") problems.push(`${found?.count} rows of ${child} refer to rows that ${parent} would not have (foreign key ${name}); restore both tables together`);
  }
  return problems;
}
