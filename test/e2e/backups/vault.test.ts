import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { metricNames, type BackupEntry, type DrillAnswer, type RestoreAnswer, type RunAnswer, type VerifyAnswer } from "../../../backups/protocol";
import { docker, until } from "../reference-app/docker";
import { AgentStage, passphrase } from "./support/agent";

const sums = "SELECT count(*) || ' ' || md5(string_agg(id || name, ',' ORDER BY id)) FROM rooms";

describe("the backup agent's vault, in its image beside PostgreSQL", function () {
  this.timeout(300_000);
  const at = new AgentStage();
  let agent: string;

  before(async () => {
    await at.open();
    agent = await at.serve("backup");
  });
  after(() => at.close());

  const rooms = (count: number): Promise<string> => at.database.sql(`SET ROLE motel_owner; CREATE TABLE rooms (id int PRIMARY KEY, name text); INSERT INTO rooms SELECT i, 'Zimmer ' || i FROM generate_series(1, ${count}) i`);
  /** Enough that a run takes a while: random text, which does not compress. */
  const makeItLong = (): Promise<string> => at.database.sql("CREATE TABLE long AS SELECT i, string_agg(md5(random()::text), '') AS text FROM generate_series(1, 20000) i, generate_series(1, 60) j GROUP BY i");
  const partials = (): string[] => at.files().filter((file) => file.includes(".partial"));

  it("has nothing to back up while the database is empty, and says so", async () => {
    const answer = await at.run<RunAnswer>(agent, "deploy");
    assert.equal(answer.bytes, null);
    assert.deepEqual(await at.list(agent), []);
  });

  it("backs up by command, lists, verifies; the figures are there for Prometheus, also after a restart", async () => {
    await rooms(100);
    const { backup, bytes } = await at.run<RunAnswer>(agent);
    const { answer } = await at.ask<VerifyAnswer>(agent, "verify", { backup: "latest" });
    assert.deepEqual(answer.parts.map(({ name, ok }) => [name, ok]), [["database", true], ["config", true]]);
    const [entry] = await at.list(agent);
    assert.deepEqual([entry?.backup, entry?.bytes, entry?.verifiedAt !== null], [backup, bytes, true]);
    await docker("restart", "-t", "20", agent);
    const metrics = async (): Promise<string> => (await fetch(`${await at.stage.address(agent, 8080)}/metrics`, { signal: AbortSignal.timeout(3000) })).text();
    const text = await until("the figures", 30, metrics, (found) => found.includes(`${metricNames.count}{system="motel",store="local",tier="daily"} 1`));
    for (const name of ["lastSuccess", "lastRun", "lastRunFailed", "bytes", "duration", "lastVerified", "storeFree", "storeSize", "storeReachable"] as const) assert.match(text, new RegExp(`^${metricNames[name]}\\{.*system="motel".*\\} [0-9.e+]+$`, "m"), name);
    assert.match(text, new RegExp(`^${metricNames.bytes}\\{system="motel"\\} ${bytes}$`, "m"));
  });

  it("answers what it can't read with exit code 2, what fails with 1, and shows no secret", async () => {
    const wrong = await at.ask<{ error: { problems: string[] } }>(agent, "run", { tier: "hourly", extra: 1 });
    assert.equal(wrong.code, 2);
    assert.equal(wrong.answer.error.problems.length, 3);
    assert.equal((await at.ask(agent, "verify", { backup: "daily/2020-01-01T000000Z" })).code, 1);
    assert.equal((await at.ask(agent, "explode", {})).code, 2);
  });

  it("gives back by gpg and pg_restore alone what it backed up", async () => {
    const [entry] = await at.list(agent);
    const script = "gpg --homedir /tmp --batch --quiet --pinentry-mode loopback --passphrase-fd 0 --decrypt /set/database.dump.gpg | pg_restore --data-only --table rooms --file -";
    const text = await new Promise<string>((resolve, reject) => {
      const child = execFile("docker", ["run", "-i", "--rm", "--network", "none", "--tmpfs", "/tmp:uid=1000", "--user", "1000:1000", "-v", `${join(at.store, entry?.backup ?? "")}:/set:ro`, at.image, "sh", "-c", script],
        (error, out, err) => (error ? reject(new Error(err)) : resolve(out)));
      child.stdin?.end(`${passphrase}\n`);
    });
    assert.match(text, /\n100\tZimmer 100\n/);
  });

  it("prints a part decrypted, for whoever wants it whole", async () => {
    const part = await docker("exec", "-i", agent, "sh", "-c", "echo '{\"backup\":\"latest\",\"part\":\"config\"}' | node /app/backup.js cat");
    assert.deepEqual(JSON.parse(part), { of: "the test" });
  });

  it("drills the backup in a server of its own, and the list tells", async () => {
    const drill = await at.serve("drill");
    const { answer, code, progress } = await at.ask<DrillAnswer>(drill, "drill", { backup: "latest" });
    assert.equal(code, 0, progress + JSON.stringify(answer));
    assert.deepEqual([answer.ok, answer.checks], [true, [{ name: "rooms", ok: true }]]);
    assert.notEqual((await at.list(drill))[0]?.drilledAt, null);
    await docker("stop", "-t", "10", drill);
  });

  it("brings the database back by a container of its own, with a safety backup, once for each id", async () => {
    const before = await at.database.sql(sums);
    await at.database.sql("DELETE FROM rooms WHERE id > 3");
    const damaged = await at.database.sql(sums);
    const { code, log } = await at.once("restore", { backup: "latest", id: "first" });
    assert.equal(code, 0, log);
    const answer = JSON.parse(log.trim().split("\n").find((line) => line.startsWith("{\"backup\"")) ?? "{}") as RestoreAnswer;
    assert.match(answer.safety, /^motel\/safety\//);
    assert.equal(await at.database.sql(sums), before);
    assert.equal((await at.once("restore", { backup: answer.safety, id: "back" })).code, 0);
    assert.equal(await at.database.sql(sums), damaged);
    assert.equal((await at.once("restore", { backup: answer.backup, id: "third" })).code, 0);
    assert.equal(await at.database.sql(sums), before);
  });

  it("refuses a damaged set and touches nothing, wherever the byte is", async () => {
    const { backup } = await at.run<RunAnswer>(agent);
    const before = await at.database.sql(sums);
    for (const file of readdirSync(join(at.store, backup)).filter((name) => /\.gpg$|^manifest/.test(name))) {
      const path = join(at.store, backup, file);
      const bytes = readFileSync(path);
      const changed = Buffer.from(bytes);
      changed[Math.floor(changed.length * 0.7)]! ^= 1;
      for (const content of [changed, bytes.subarray(0, -50)]) {
        writeFileSync(path, content);
        const { code, log } = await at.once("restore", { backup, id: "damaged" });
        assert.equal(code, 1, log);
        assert.match(log, /nothing was touched|can't be restored/, log);
      }
      writeFileSync(path, bytes);
    }
    assert.equal(await at.database.sql(sums), before);
    const names = await at.database.sql("SELECT string_agg(datname, ' ' ORDER BY datname) FROM pg_database WHERE NOT datistemplate", "postgres");
    assert.equal(names, "motel manager postgres");
    assert.equal((await at.once("restore", { backup, id: "damaged" })).code, 0);
  });

  it("keeps two runs apart, which both end well", async () => {
    const answers = await Promise.all([at.run<RunAnswer>(agent), at.run<RunAnswer>(agent), at.once("run", { tier: "deploy", reason: "before 2.0.0" }, { BACKUP_RELEASE: "{\"version\":\"1.9.0\",\"images\":{}}" })]);
    assert.notEqual(answers[0].backup, answers[1].backup);
    assert.equal(answers[2].code, 0, answers[2].log);
    const entries = await at.list(agent);
    assert.equal(entries.find(({ tier }) => tier === "deploy")?.version, "1.9.0");
    assert.equal(new Set(entries.map(({ backup }) => backup)).size, entries.length);
  });

  it("leaves nothing that a list shows when it is killed at any moment, and locks nobody out", async () => {
    await makeItLong();
    const before = (await at.list(agent)).length;
    for (const milliseconds of [300, 1200, 2500]) {
      const run = at.ask(agent, "run", { tier: "daily", reason: "to be killed" }).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
      await docker("kill", agent);
      await run;
      await at.start(agent);
      const entries = await at.list(agent);
      // One that was complete by then is whole.
      for (const { backup } of entries.filter(({ reason }) => reason === "to be killed")) assert.ok((await at.ask<VerifyAnswer>(agent, "verify", { backup })).answer.parts.every(({ ok }) => ok));
      assert.ok(entries.filter(({ reason }) => reason !== "to be killed").length === before);
    }
    await at.run(agent);
  });

  it("removes what it had begun when it is told to stop, and ends well", async () => {
    const before = at.files().length;
    const run = at.ask(agent, "run", { tier: "daily", reason: "to be stopped" }).catch(() => ({ code: 1 }));
    await until("a part that is being written", 30, () => Promise.resolve(partials().length), (count) => count > 0);
    await docker("stop", "-t", "25", agent);
    assert.equal(await docker("inspect", "-f", "{{.State.ExitCode}}", agent), "0");
    assert.notEqual((await run).code, 0);
    // Those of killed runs stay for a day.
    assert.equal(at.files().length, before);
    await at.start(agent);
  });

  it("reads new settings on SIGHUP, keeps the old ones when they are wrong, and reads old backups after a new key", async () => {
    at.configure({ stores: [] });
    await docker("kill", "--signal", "HUP", agent);
    await until("the refusal", 10, () => at.stage.logs(agent), (log) => log.includes("the settings were not read again") && log.includes("give at least one store"));
    at.configure({ encryption: { kind: "symmetric", keyId: "k2", keys: { k1: "key-1", k2: "key-2" } } });
    await docker("kill", "--signal", "HUP", agent);
    await until("the new settings", 10, () => at.stage.logs(agent), (log) => log.includes("the settings were read again"));
    await at.run(agent);
    const keys = (await at.list(agent)).map(({ keyId, readable }: BackupEntry) => [keyId, readable].join());
    assert.deepEqual([keys[0], keys[1]], ["k2,true", "k1,true"]);
    at.configure({});
  });

  it("keeps what one store has when the other is full in the middle, and says which", async () => {
    at.configure({ stores: [{ kind: "directory", name: "local", path: "/backups/1" }, { kind: "directory", name: "small", path: "/backups/2" }] });
    const { code, log } = await at.once("run", { tier: "daily", reason: "by hand" }, {}, ["--tmpfs", "/backups/2:size=8m,uid=1000,gid=1000"]);
    at.configure({});
    assert.equal(code, 0, log);
    const answer = JSON.parse(log.trim().split("\n").find((line) => line.startsWith("{\"backup\"")) ?? "{}") as RunAnswer;
    assert.deepEqual(answer.stores, ["local"]);
    assert.match(answer.problems.join(), /store small: .*the disk is full/);
    assert.ok(!log.includes(passphrase));
  });
});
