import { createHash } from "node:crypto";
import type { Client } from "pg";
import type { TableFact } from "../../../../../backups/manifest";
import { displayName, quote } from "./connection";

/** A table with rows of its own: plain ones and leaves of partitioned ones. */
export interface Table {
  readonly schema: string;
  readonly table: string;
  /** `public.users`. */
  readonly name: string;
  /** By name: their order may differ after a restore. */
  readonly columns: readonly { readonly name: string; readonly type: number }[];
}

const texts = new Set([25, 1043]); // text, varchar

/**
 * Types whose own hash tells apart whatever differs: bool, bytea, int8, int2, int4, date, time, timestamp, timestamptz,
 * uuid. Of numeric it takes 1.0 for 1.00, of enum it is another in every database: those, and all the rest, are
 * hashed as text, which takes four times as long.
 */
const exact = new Set([16, 17, 20, 21, 23, 1082, 1083, 1114, 1184, 2950]);

/** Tables whose content a dump has: not temporary, not made by an extension, not of a restore that is under way. */
export async function tablesOf(client: Client): Promise<readonly Table[]> {
  const { rows } = await client.query<{ schema: string; table: string; columns: string[] | null; types: number[] | null }>(`
    SELECT n.nspname::text AS schema, c.relname::text AS table, array_agg(a.attname::text ORDER BY a.attname) FILTER (WHERE a.attname IS NOT NULL) AS columns,
           array_agg(a.atttypid::int8::int ORDER BY a.attname) FILTER (WHERE a.attname IS NOT NULL) AS types
      FROM pg_catalog.pg_class c
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
     WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname !~ '^(pg|stackbook_restore|stackbook_before)_' AND n.nspname <> 'information_schema'
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND d.deptype = 'e')
     GROUP BY 1, 2 ORDER BY 1, 2`);
  return rows.map(({ schema, table, columns, types }) => ({
    schema, table, name: displayName(schema, table), columns: (columns ?? []).map((name, i) => ({ name, type: types?.[i] ?? 0 })),
  }));
}

/**
 * Rows and a sum over a hash of each row: the server does the work where the rows are, nothing is sorted, and equal
 * rows count each. The hash is PostgreSQL's own of 64 bits, cheap enough to run beside a dump; that nobody changed the
 * dump on purpose is what the manifest's SHA-256 is for.
 */
export async function tableFact(client: Client, { schema, table, name, columns }: Table): Promise<TableFact> {
  const row = columns.length === 0 ? "''::text" : columns.map(hashed).join(", ");
  const { rows } = await client.query<{ rows: string; sum: string }>(`
    SELECT count(*)::text AS rows, coalesce(sum(pg_catalog.hash_record_extended(ROW(${row}), 0)), 0)::text AS sum FROM ONLY ${quote(schema)}.${quote(table)} t`);
  return fact(name, rows[0]);
}

/** Byte by byte: a collation may take different texts for equal. */
function hashed({ name, type }: Table["columns"][number]): string {
  const column = `t.${quote(name)}`;
  if (exact.has(type)) return column;
  return texts.has(type) ? `${column} COLLATE "C"` : `(${column})::text COLLATE "C"`;
}

/** By pages, zeros at their ends left out: a restored object has zeros written where the original had none at all. */
async function largeObjects(client: Client): Promise<readonly TableFact[]> {
  const { rows } = await client.query<{ rows: string; sum: string }>(`
    SELECT (SELECT count(*) FROM pg_catalog.pg_largeobject_metadata)::text AS rows,
           coalesce(sum(pg_catalog.hashtextextended(loid || ':' || pageno || ':' || encode(page, 'hex') COLLATE "C", 0)), 0)::text AS sum
      FROM (SELECT loid, pageno, rtrim(data, '\\x00'::bytea) AS page FROM pg_catalog.pg_largeobject) pages WHERE page <> ''`);
  return rows[0]?.rows === "0" ? [] : [fact(largeObjectsName, rows[0])];
}

export const largeObjectsName = "large objects";

function fact(name: string, row: { readonly rows: string; readonly sum: string } | undefined): TableFact {
  if (row === undefined) throw new Error(`${name} could not be counted`);
  return { name, rows: Number(row.rows), checksum: createHash("sha256").update(`${row.rows}:${row.sum}`).digest("hex") };
}

/** Of the whole database, or of the named tables. */
export async function factsOf(client: Client, only?: ReadonlySet<string>): Promise<readonly TableFact[]> {
  const facts: TableFact[] = [];
  for (const table of await tablesOf(client)) if (only === undefined || only.has(table.name)) facts.push(await tableFact(client, table));
  return only === undefined ? [...facts, ...(await largeObjects(client))] : facts;
}
