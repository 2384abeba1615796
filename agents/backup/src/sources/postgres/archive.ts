import type { Readable } from "node:stream";
import type { Client } from "pg";
import { patient, pour, rest } from "../stream";
import { startTool } from "../tool";
import { connected, literal, quote, toolEnvironment, type Server } from "./connection";
import { connectionString } from "./source";

/** The list at the head of a dump is some hundred bytes a table; a stream that has none in so much is no dump we want to hold. */
const longestHead = 64 * 2 ** 20;

/** What the head of a dump says, and the whole dump again, from its first byte. */
export interface Opened {
  /** Roles that own something in it or may do something with it. */
  readonly roles: readonly string[];
  readonly whole: AsyncIterable<Buffer>;
}

/** Reads only as much of the stream as pg_restore needs to print the dump's definitions. */
export async function openArchive(plain: Readable, signal: AbortSignal): Promise<Opened> {
  const iterator = patient(plain)[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const head: Buffer[] = [];
  const tool = startTool("pg_restore", ["--schema-only", "--file=-"], { signal });
  const text = collect(tool.stdout);
  let size = 0;
  try {
    while (!tool.ended() && size < longestHead) {
      const next = await iterator.next();
      if (next.done === true) break;
      head.push(next.value);
      size += next.value.length;
      await Promise.race([new Promise((resolve) => tool.stdin.write(next.value, resolve)), tool.done.catch(() => undefined)]);
    }
    tool.stdin.end();
    await tool.done;
  } catch (error) {
    tool.kill();
    throw error;
  }
  return { roles: rolesIn(await text), whole: again(head, iterator) };
}

async function* again(head: Buffer[], iterator: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  for (let chunk = head.shift(); chunk !== undefined; chunk = head.shift()) yield chunk;
  yield* rest(iterator);
}

async function collect(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

const identifier = '(?:"(?:[^"]|"")+"|[A-Za-z_][\\w$]*)';
const clauses = new RegExp(`^(?:ALTER .* OWNER TO|(?:GRANT|REVOKE) .* (?:TO|FROM)|CREATE POLICY .*? TO|ALTER DEFAULT PRIVILEGES FOR ROLE|SET SESSION AUTHORIZATION) (${identifier}(?:, ${identifier})*)`, "gm");
const notRoles = new Set(["PUBLIC", "CURRENT_USER", "SESSION_USER", "CURRENT_ROLE", "DEFAULT"]);

/** Every role that the definitions name. One too many (of a function's text) is made, found to own nothing, and goes again. */
export function rolesIn(definitions: string): readonly string[] {
  const found = new Set<string>();
  for (const [line, names] of definitions.matchAll(clauses)) {
    const more = /^ALTER DEFAULT PRIVILEGES/.test(line) ? grantee(definitions, line) : [];
    for (const name of [...(names ?? "").matchAll(new RegExp(identifier, "g"))].map(([text]) => text).concat(more)) if (!notRoles.has(name)) found.add(unquote(name));
  }
  return [...found].sort();
}

function grantee(definitions: string, start: string): string[] {
  const at = definitions.indexOf(start);
  const line = definitions.slice(at, definitions.indexOf("\n", at));
  return [...line.matchAll(new RegExp(` (?:TO|FROM) (${identifier})`, "g"))].flatMap(([, name]) => name ?? []);
}

const unquote = (name: string): string => (name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name);

export interface LoadOptions {
  readonly server: Server;
  /** Exists and is empty. */
  readonly database: string;
  /** Who gets what belongs to a role that this server does not have. */
  readonly heir: string;
  readonly signal: AbortSignal;
}

/** The dump into an empty database, owners and rights as they were, or an error: never a part of it. */
export async function loadArchive(plain: Readable, { server, database, heir, signal }: LoadOptions): Promise<void> {
  const opened = await openArchive(plain, signal);
  const strangers = await connected(server, database, (client) => makeMissing(client, opened.roles));
  try {
    const tool = startTool("pg_restore", ["--exit-on-error", "--no-password", `--dbname=${connectionString(database)}`], {
      // Until it is verified and swapped nobody relies on it; a checkpoint is made before.
      env: { ...toolEnvironment(server), PGOPTIONS: "-c synchronous_commit=off" }, signal,
    });
    tool.stdout.resume();
    // A stream that ends with an error (a wrong checksum at its end) counts more than what pg_restore makes of it.
    await pour(opened.whole, tool.stdin).catch((error: unknown) => {
      tool.kill();
      throw error;
    });
    await tool.done;
  } finally {
    await connected(server, database, (client) => replaceStrangers(client, strangers, heir)).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }
  await connected(server, database, (client) => client.query("ANALYZE"));
}

const strangerComment = "made by a restore, and gone with it";

/** Also those that an earlier run made before it was cut off. */
async function makeMissing(client: Client, roles: readonly string[]): Promise<readonly string[]> {
  const { rows: missing } = await client.query<{ name: string }>("SELECT name FROM unnest($1::text[]) name WHERE name NOT IN (SELECT rolname FROM pg_catalog.pg_roles)", [roles]);
  for (const { name } of missing) {
    await client.query(`CREATE ROLE ${quote(name)} NOLOGIN`);
    await client.query(`COMMENT ON ROLE ${quote(name)} IS${literal(strangerComment)}`);
  }
  const { rows } = await client.query<{ name: string }>(
    "SELECT rolname AS name FROM pg_catalog.pg_roles WHERE pg_catalog.shobj_description(oid, 'pg_authid') = $1", [strangerComment]);
  return rows.map(({ name }) => name);
}

/** What a role had that only the dump knows goes to the application; its rights go with it. */
async function replaceStrangers(client: Client, strangers: readonly string[], heir: string): Promise<void> {
  for (const name of strangers) {
    await client.query(`REASSIGN OWNED BY ${quote(name)} TO ${quote(heir)}`);
    await client.query(`DROP OWNED BY ${quote(name)}`);
    await client.query(`DROP ROLE ${quote(name)}`);
  }
}
