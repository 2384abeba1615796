import { BackupBed } from "./backupBed.mjs";
import { fillMongo, readMongo, writeMongo } from "./backupMongo.mjs";
import { median } from "./statistics.mjs";

/** One of four; together about 1 GiB in the server's files, indexes included. */
const table = (name, rows) => `
create table ${name} (id bigint primary key, name text not null, amount numeric(12, 2), at timestamptz not null, note text, facts jsonb);
insert into ${name} select n, 'row ' || n, (n % 99999) / 7.0, timestamptz '2026-01-01' + n * interval '1 second',
  md5(n::text) || md5((n * 7)::text) || repeat('word ', (n % 40)::int) || md5((n * 13)::text), jsonb_build_object('kind', n % 7, 'code', md5((n * 3)::text)) from generate_series(1, ${rows}) n;
create index on ${name} (at); create index on ${name} (name);`;

/**
 * Backup and restore of one database against its own tools alone, in turns: containers of one image, on one network and disk.
 * @param {{ engine: import("../setup/engine/api.mjs").Engine, env: NodeJS.ProcessEnv, runs: number, tell: (line: string) => void }} options
 */
export async function measureBackups({ engine, env, runs, tell }) {
  return { postgres: await withBed("postgres", engine, env, (bed) => measurePostgres(bed, runs, tell)), mongodb: await withBed("mongodb", engine, env, (bed) => measureMongo(bed, runs, tell)) };
}

async function withBed(kind, engine, env, work) {
  const bed = new BackupBed(kind, engine, env);
  try {
    await bed.open();
    return await work(bed);
  } finally {
    await bed.close();
  }
}

async function measurePostgres(bed, runs, tell) {
  tell("backups: a PostgreSQL of about 1 GiB");
  for (const name of ["bookings", "guests", "invoices", "visits"]) await bed.sql(table(name, 600_000));
  await bed.sql("checkpoint");
  const bytes = Number(await bed.sql("select pg_database_size('bench')"));
  const dump = "pg_dump -h database -U postgres";
  const backup = await inTurns("backup of PostgreSQL", runs, tell, {
    ours: () => bed.agent("run", { tier: "daily", reason: "bench" }),
    tool: () => bed.tools(`${dump} -Fc bench > /backups/plain.dump && sync /backups/plain.dump`),
    gzip: () => bed.tools(`${dump} bench | gzip > /backups/plain.sql.gz && sync /backups/plain.sql.gz`),
  });
  const restore = await inTurns("restore of PostgreSQL", runs, tell, {
    ours: () => bed.restore(true),
    tool: () => bed.tools("dropdb -h database -U postgres --if-exists plain && createdb -h database -U postgres plain && pg_restore -h database -U postgres -d plain --exit-on-error /backups/plain.dump"),
  });
  tell("backups: with a safety backup first, and a drill");
  const whole = await bed.restore(false);
  tell(`backups:   restore with a safety backup ${JSON.stringify(whole)}`);
  const drill = await bed.agent("drill", { backup: "latest" });
  tell(`backups:   drill ${JSON.stringify(drill)}`);
  return { bytes, backup, restore, whole, drill };
}

async function measureMongo(bed, runs, tell) {
  tell("backups: a MongoDB of about 50 MiB");
  const address = await bed.address();
  const bytes = await fillMongo(address, 60_000);
  const file = `${bed.folder}/plain.bson`;
  const backup = await inTurns("backup of MongoDB", runs, tell, {
    ours: () => bed.agent("run", { tier: "daily", reason: "bench" }),
    tool: () => readMongo(address, file),
  });
  const restore = await inTurns("restore of MongoDB", runs, tell, {
    ours: () => bed.restore(true),
    tool: () => writeMongo(address, file),
  });
  return { bytes, backup, restore };
}

/** A B C, A B C, after one of each that is not counted. */
async function inTurns(title, runs, tell, variants) {
  const seen = Object.fromEntries(Object.keys(variants).map((name) => [name, []]));
  for (let round = 0; round <= runs; round += 1) {
    tell(`backups: ${title}, ${round === 0 ? "once each, not counted" : `round ${round} of ${runs}`}`);
    for (const [name, run] of Object.entries(variants)) {
      const one = await run();
      // Told at once: half an hour's figures shall not be lost with what comes after them.
      tell(`backups:   ${name} ${one.seconds.toFixed(2)} s${one.MiB === undefined ? "" : `, ${one.MiB.toFixed(0)} MiB`}`);
      if (round > 0) seen[name].push(one);
    }
  }
  return Object.fromEntries(Object.entries(seen).map(([name, all]) => [name, { seconds: median(all.map(({ seconds }) => seconds)), fastest: Math.min(...all.map(({ seconds }) => seconds)), slowest: Math.max(...all.map(({ seconds }) => seconds)), MiB: Math.max(...all.map(({ MiB = 0 }) => MiB)) }]));
}
