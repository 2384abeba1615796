import assert from "node:assert/strict";
import type { Manifest, TableFact } from "../../../backups/manifest";
import { differences } from "../../../agents/backup/src/sources/types";
import { docker, until } from "../reference-app/docker";
import { Postgres, seed } from "./support/postgres";
import { request, settingsFor, Workshop } from "./support/sources";

interface Dumped { readonly facts: readonly TableFact[]; readonly ms: number; readonly rssMiB: number }

describe("PostgreSQL as a source of backups", function () {
  this.timeout(240_000);
  const shop = new Workshop("postgres", ["--memory", "256m"]);
  const server = new Postgres(shop.stage);
  const settings = settingsFor("postgres");
  const base = { part: "database", settings } as const;
  let manifest: Manifest;
  let dumped: Dumped;

  /** By pg_dump as text, without our checksums; `\restrict` has a new word each time. */
  const everything = (): Promise<string> =>
    shop.run("sh", "-c", `export PGPASSWORD='it'"'"'s a "secret"'; pg_dump -h database -U postgres "motel manager" | grep -v '^.\\(un\\)\\?restrict' | md5sum`);
  const databases = (): Promise<string> => server.sql("SELECT string_agg(datname, ',' ORDER BY datname) FROM pg_database WHERE NOT datistemplate", "postgres");
  const restored = async (id: string, tables?: readonly string[]): Promise<readonly TableFact[]> => {
    const asked = { ...base, request: request(id, tables === undefined ? {} : { tables }) };
    await shop.call({ ...asked, op: "prepare", file: "/work/one.dump", manifest });
    const facts = await shop.call<readonly TableFact[]>({ ...asked, op: "facts" });
    await shop.call({ ...asked, op: "swap" });
    return facts;
  };

  before(async () => {
    await shop.open();
    await server.start();
  });
  after(() => shop.close());

  it("is empty before the first migration, and not after it", async () => {
    assert.equal(await shop.call({ ...base, op: "empty" }), true);
    await server.sql(seed);
    assert.equal(await shop.call({ ...base, op: "empty" }), false);
  });

  it("says its versions", async () => {
    const versions = await shop.call<Record<string, string>>({ ...base, op: "versions" });
    assert.match(versions["postgres"] ?? "", /^16\.\d+$/);
    assert.match(versions["pg_dump"] ?? "", /^16\.\d+$/);
  });

  it("dumps what was there at one moment, whatever is written meanwhile, and counts exactly that", async () => {
    let writing = true;
    const writer = (async () => {
      for (let i = 0; writing; i += 1) await server.sql(`INSERT INTO twins VALUES (${i}, 'later'); UPDATE rooms SET price = price + 1; INSERT INTO nothing VALUES (1)`);
    })();
    dumped = await shop.call<Dumped>({ ...base, op: "dump", file: "/work/one.dump" });
    writing = false;
    await writer;
    manifest = shop.manifest(settings, { database: "one.dump" }, await shop.call({ ...base, op: "versions" }));
    const byName = new Map(dumped.facts.map(({ name, rows }) => [name, rows]));
    assert.equal(byName.get("public.rooms"), 92);
    assert.equal(byName.get("public.\"odd \"\"table\"\" 'name; DROP\""), 3);
    assert.equal(byName.get('public."no columns"'), 2);
    assert.equal(byName.get("public.events_2025"), 213);
    assert.equal(byName.get("public.base"), 1);
    assert.equal(byName.get('"other schema".logs'), 2);
    assert.equal(byName.get("large objects"), 1);
    assert.ok(!byName.has("public.events") && !byName.has("public.free_rooms"));
  });

  it("writes a dump that pg_restore alone opens and restores", async () => {
    assert.match(await shop.run("pg_restore", "--list", "/work/one.dump"), /TABLE DATA public rooms[\s\S]*/);
    await server.sql("CREATE DATABASE plain TEMPLATE template0", "postgres");
    await shop.run("env", "PGPASSWORD=it's a \"secret\"", "pg_restore", "--exit-on-error", "-h", "database", "-U", "postgres", "-d", "plain", "/work/one.dump");
    assert.equal(await server.sql("SELECT count(*) || '/' || sum(id) FROM rooms", "plain"), "92/4278");
    await server.sql("DROP DATABASE plain", "postgres");
  });

  it("brings back every row, sequence, owner, right and setting after all was destroyed", async () => {
    const drops = "DROP SCHEMA public CASCADE; DROP SCHEMA \"other schema\" CASCADE; CREATE SCHEMA public; CREATE TABLE public.intruder (a int); SELECT lo_unlink(4711); DROP EXTENSION IF EXISTS pgcrypto";
    await server.sql(drops);
    const { replaces } = await shop.call<{ replaces: { name: string; rows: number }[] }>({ ...base, op: "check", manifest, request: request("one") });
    assert.deepEqual(replaces, [{ name: "public.intruder", rows: 0 }]);
    assert.deepEqual(differences(dumped.facts, await restored("one")), []);
    assert.equal(await server.sql("SELECT count(*) FROM rooms"), "92");
    assert.deepEqual(differences(dumped.facts, await shop.call({ ...base, op: "facts", request: request("one") })), []);
    assert.equal(await server.sql("SELECT nextval('\"Counter X\"')"), "1035");
    assert.equal(await server.sql("SELECT string_agg(DISTINCT tableowner, ';') FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'sessions'"), 'app\'s "owner"');
    assert.equal(await server.sql("SELECT has_table_privilege('reader', 'rooms', 'SELECT'), has_database_privilege('reader', current_database(), 'CONNECT'), has_database_privilege('public', current_database(), 'CONNECT')"), "t|t|f");
    assert.equal(await server.sql("SELECT pg_get_userbyid(datdba) || current_setting('work_mem') FROM pg_database WHERE datname = current_database()"), 'app\'s "owner"5MB');
    assert.equal(await server.sql("SELECT md5(lo_get(4711)) = md5(decode(repeat('ab00', 3000), 'hex')), twice(21), (SELECT count(*) FROM events)"), "t|42|400");
  });

  it("puts the old database back, again and again, and leaves nothing beside", async () => {
    await shop.call({ ...base, op: "revert", request: request("one") });
    assert.equal(await server.sql("SELECT count(*) FROM intruder"), "0");
    await shop.call({ ...base, op: "revert", request: request("one") });
    assert.equal(await server.sql("SELECT count(*) FROM intruder"), "0");
    await shop.call({ ...base, op: "swap", request: request("one") });
    await shop.call({ ...base, op: "swap", request: request("one") });
    await shop.call({ ...base, op: "clean", request: request("one") });
    await shop.call({ ...base, op: "clean", request: request("one") });
    assert.equal(await databases(), "motel manager,postgres");
    assert.equal(await server.sql("SELECT count(*) FROM rooms"), "92");
  });

  it("gives what belonged to a role that is gone to the application", async () => {
    await server.sql("REVOKE ALL ON rooms FROM reader; REVOKE ALL ON DATABASE \"motel manager\" FROM reader; DROP ROLE reader; ALTER SCHEMA \"other schema\" OWNER TO postgres");
    assert.deepEqual(differences(dumped.facts, await restored("roles")), []);
    await shop.call({ ...base, op: "clean", request: request("roles") });
    assert.equal(await server.sql("SELECT count(*) FROM pg_roles WHERE rolname = 'reader'"), "0");
  });

  it("is drilled in a container without a network, questions included, and leaves nothing on the disk", async () => {
    const alone = await shop.startAgent("drill", ["--memory", "384m"]);
    await docker("network", "disconnect", shop.stage.name, alone);
    const checks = [{ name: "rooms", sql: "SELECT count(*) FROM rooms", expect: "92" }, { name: "null", sql: "SELECT NULL", expect: "" }];
    const { facts, answers } = await shop.call<{ facts: { database: readonly TableFact[] }; answers: string[] }>({ ...base, op: "drill", manifest, files: { database: "/work/one.dump" }, checks }, alone);
    assert.deepEqual(differences(dumped.facts, facts.database), []);
    assert.deepEqual(answers, ["92", ""]);
    const ask = (sql: string): Promise<unknown> => shop.call({ ...base, op: "drill", manifest, files: { database: "/work/one.dump" }, checks: [{ name: "bad", sql, expect: "" }] }, alone);
    await assert.rejects(ask("DELETE FROM bookings"), /read-only transaction/);
    await assert.rejects(ask("SELECT 1, 2"), /has to give one value/);
    await assert.rejects(shop.call({ ...base, op: "drill", manifest, files: { database: "/work/nothing.dump" } }, alone), /ENOENT/);
    assert.equal(await docker("exec", alone, "sh", "-c", "ls -A /scratch; cat /proc/[0-9]*/comm | grep postgres || true"), "");
  });

  it("notices one changed value, one missing row and one doubled row, though the counts agree", async () => {
    await server.sql("UPDATE bookings SET note = note || ' ' WHERE id = 7; UPDATE twins SET b = 'same ' WHERE ctid = (SELECT min(ctid) FROM twins)");
    const changed = await shop.call<readonly TableFact[]>({ ...base, op: "facts", request: request("none") });
    assert.deepEqual(differences(dumped.facts, changed).map(({ name }) => name), ["public.bookings", "public.twins"]);
    await restored("again");
    await shop.call({ ...base, op: "clean", request: request("again") });
  });

  it("brings one table back into the live database, dropped or changed, and nothing else", async () => {
    await server.sql("UPDATE bookings SET note = 'spoilt'; CREATE TABLE kept (a int); INSERT INTO kept VALUES (1)");
    const facts = await restored("bookings", ["bookings"]);
    assert.deepEqual(facts, dumped.facts.filter(({ name }) => name === "public.bookings"));
    assert.deepEqual(await shop.call({ ...base, op: "facts", request: request("bookings", { tables: ["bookings"] }) }), facts);
    assert.equal(await server.sql("SELECT (SELECT count(*) FROM bookings WHERE note = 'spoilt'), (SELECT count(*) FROM kept)"), "0|1");
    await shop.call({ ...base, op: "revert", request: request("bookings", { tables: ["bookings"] }) });
    assert.equal(await server.sql("SELECT count(*) FROM bookings WHERE note = 'spoilt'"), "500");
    await shop.call({ ...base, op: "clean", request: request("bookings", { tables: ["bookings"] }) });
    await server.sql("DROP TABLE bookings CASCADE");
    await restored("dropped", ["public.bookings", "public.rooms"]);
    await shop.call({ ...base, op: "clean", request: request("dropped", { tables: ["public.bookings", "public.rooms"] }) });
    assert.equal(await server.sql("SELECT count(*), (SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND conrelid = 'bookings'::regclass) FROM bookings"), "500|1");
    assert.equal(await databases(), "motel manager,postgres");
    assert.equal(await server.sql("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'stackbook%'"), "0");
  });

  it("refuses a table that would leave others without what they refer to, and tables and columns it does not have", async () => {
    await server.sql("INSERT INTO rooms (name) VALUES ('new'); INSERT INTO bookings SELECT 1000, max(id), 'in the new room' FROM rooms");
    await assert.rejects(restored("orphans", ["rooms"]), /1 rows of public.bookings refer to rows that public.rooms would not have/);
    await shop.call({ ...base, op: "clean", request: request("orphans", { tables: ["rooms"] }) });
    assert.equal(await server.sql("SELECT count(*) FROM bookings WHERE id = 1000"), "1");
    await assert.rejects(shop.call({ ...base, op: "check", manifest, request: request("x", { tables: ["guests"] }) }), { name: "RefusedError", message: /has no table guests[\s\S]*public\.rooms/ });
    await server.sql("ALTER TABLE twins ADD COLUMN c int");
    await assert.rejects(restored("columns", ["twins"]), /the live table has "c integer", the backup has not/);
    assert.equal(await databases(), "motel manager,postgres");
  });

  it("refuses a backup of a newer server, and one that finds no room", async () => {
    const newer = { ...manifest, versions: { postgres: "17.1" } };
    await assert.rejects(shop.call({ ...base, op: "check", manifest: newer, request: request("x") }), /the backup is of PostgreSQL 17\.1, the server is 16\./);
    const huge = { ...manifest, parts: manifest.parts.map((part) => ({ ...part, plainBytes: 2 ** 50 })) };
    await assert.rejects(shop.call({ ...base, op: "check", manifest: huge, request: request("x") }), /free, a restore beside the live data needs about/);
  });

  it("fails a restore of a cut or damaged dump, leaving the live data and nothing beside", async () => {
    const before = await everything();
    await shop.run("sh", "-c", "head -c $(($(stat -c %s /work/one.dump) / 2)) /work/one.dump > /work/cut.dump; head -c 100 /work/one.dump > /work/stub.dump; (S=$(stat -c %s /work/one.dump); head -c $((S / 2)) /work/one.dump; head -c 1000 /dev/zero; tail -c +$((S / 2 + 1001)) /work/one.dump) > /work/damaged.dump");
    for (const file of ["cut", "stub", "damaged"]) await assert.rejects(shop.call({ ...base, op: "prepare", file: `/work/${file}.dump`, manifest, request: request(file) }), /pg_restore ended with/);
    assert.equal(await databases(), "motel manager,postgres");
    assert.equal(await everything(), before);
  });

  it("ends a dump and a restore with an error when the server dies or the run is ended, and works again after", async () => {
    await server.sql("CREATE TABLE large AS SELECT i, md5(i::text) a, repeat(md5(i::text), 12) b FROM generate_series(1, 250000) i");
    await shop.call({ ...base, op: "dump", file: "/work/large.dump" });
    const large = shop.manifest(settings, { database: "large.dump" }, manifest.versions);
    await assert.rejects(shop.call({ ...base, op: "dump", file: "/work/aborted.dump", abortAfterMs: 700 }), /seen enough/);
    await until("the server's rest", 10, () => server.sql("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'stackbook-backup'"), (count) => count === "0");
    await assert.rejects(shop.call({ ...base, op: "prepare", file: "/work/large.dump", manifest: large, request: request("aborted"), abortAfterMs: 1200 }), /seen enough/);
    assert.equal(await databases(), "motel manager,postgres");
    const dump = await shop.sluice("dead");
    const dying = shop.call({ ...base, op: "dump", file: dump.file });
    dying.catch(() => undefined);
    await until("the dump", 20, () => server.sql("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'stackbook-backup' AND query LIKE 'COPY %large%'"), (count) => count === "1");
    await server.killAndRestart();
    await dump.open();
    await assert.rejects(dying, /pg_dump ended with|Connection terminated|ECONNRE|terminating/);
    const load = await shop.halfOf("large.dump", "load");
    const loading = shop.call({ ...base, op: "prepare", file: load.file, manifest: large, request: request("dead") });
    loading.catch(() => undefined);
    await until("the load", 20, () => server.sql("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'stackbook-backup' AND query LIKE 'COPY %large%'"), (count) => count === "1");
    await server.killAndRestart();
    await load.open();
    await assert.rejects(loading);
    assert.equal(await server.sql("SELECT count(*) FROM large"), "250000");
    await shop.call({ ...base, op: "prepare", file: "/work/large.dump", manifest: large, request: request("dead") });
    assert.deepEqual(differences(shop.factsOf("large.dump"), await shop.call({ ...base, op: "facts", request: request("dead") })), []);
    await shop.call({ ...base, op: "clean", request: request("dead") });
    assert.equal(await databases(), "motel manager,postgres");
  });
});
