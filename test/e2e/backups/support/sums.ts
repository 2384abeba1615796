import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { MongoClient } from "mongodb";
import { createHash } from "node:crypto";
import { engine } from "../../support/engine";
import type { BackedUpStack, Sums } from "./stage";

/** A program in a container; its environment by name only, so that no command line has a password. */
export function inContainer(container: string, command: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
  const names = Object.keys(env).flatMap((name) => ["-e", name]);
  return new Promise((resolve, reject) => {
    execFile("docker", ["exec", ...names, container, ...command], { env: { ...process.env, ...env }, maxBuffer: 64 * 1024 * 1024 }, (error, out, err) => (error === null ? resolve(out) : reject(new Error(`${command.join(" ")}: ${err}${out}`))));
  });
}

export async function sql(stage: BackedUpStack, system: string, statement: string): Promise<string> {
  const { credentials } = (await stage.outputs()) as unknown as { credentials: Record<string, { database: { name: string }; databaseAdminPassword: string }> };
  const { database, databaseAdminPassword = "" } = credentials[system] ?? {};
  const container = await stage.container({ system, role: "database" });
  return (await inContainer(container, ["psql", "-h", "127.0.0.1", "-U", "postgres", "-d", database?.name ?? "", "-v", "ON_ERROR_STOP=1", "-Atc", statement], { PGPASSWORD: databaseAdminPassword })).trim();
}

/** Every table of a PostgreSQL system: rows and a checksum of all of them, by another way than the agent's. */
export async function tableSums(stage: BackedUpStack, system: string): Promise<Sums> {
  const tables = (await sql(stage, system, "select table_name from information_schema.tables where table_schema = 'public' order by 1")).split("\n");
  assert.ok(tables.length > 2, tables.join());
  const union = tables.map((name) => `select '${name}', count(*)::text || ' ' || md5(coalesce(string_agg(t::text, chr(10) order by t::text), '')) from "${name}" t`).join(" union all ");
  return Object.fromEntries((await sql(stage, system, union)).split("\n").map((line) => line.split("|") as [string, string]));
}

/** Every key of Redis with its content, as its own dump has it. */
export async function redis(stage: BackedUpStack, system: string, ...command: string[]): Promise<string> {
  const { credentials } = (await stage.outputs()) as unknown as { credentials: Record<string, { cachePassword?: string }> };
  const container = await stage.container({ system, role: "cache" });
  return (await inContainer(container, ["redis-cli", "--no-auth-warning", ...command], { REDISCLI_AUTH: credentials[system]?.cachePassword ?? "" })).trim();
}

/** Every collection of a MongoDB system: documents and a checksum. */
export async function collectionSums(stage: BackedUpStack, system: string): Promise<Sums> {
  const { credentials } = (await stage.outputs()) as unknown as { credentials: Record<string, { database: { name: string }; databaseAdminPassword: string }> };
  const { database, databaseAdminPassword = "" } = credentials[system] ?? {};
  const { NetworkSettings } = await engine.getContainer(await stage.container({ system, role: "database" })).inspect();
  const address = Object.values(NetworkSettings.Networks)[0]?.IPAddress ?? "";
  const client = new MongoClient(`mongodb://${address}:27017`, { auth: { username: "root", password: databaseAdminPassword } });
  try {
    const db = client.db(database?.name);
    const sums: [string, string][] = [];
    for (const { name } of await db.listCollections().toArray()) {
      const documents = (await db.collection(name).find({}, { raw: true }).toArray() as unknown as Buffer[]).map((bytes) => createHash("sha256").update(bytes).digest("hex")).sort();
      sums.push([name, `${documents.length} ${createHash("sha256").update(documents.join()).digest("hex")}`]);
    }
    assert.ok(sums.length > 1);
    return Object.fromEntries(sums.sort());
  } finally {
    await client.close();
  }
}

/** Every file of a system's uploads. */
export async function uploadSums(stage: BackedUpStack, system: string): Promise<string> {
  const container = await stage.container({ system, role: "app", service: "backend" });
  const { Mounts } = await engine.getContainer(container).inspect();
  const folder = Mounts.map(({ Destination }) => Destination).find((path) => path.includes("uploads")) ?? "";
  assert.notEqual(folder, "");
  return inContainer(container, ["sh", "-c", `cd ${folder} && find . -type f | sort | xargs -r sha256sum`]);
}
