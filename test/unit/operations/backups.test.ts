import assert from "node:assert/strict";
import type { BackupEntry } from "../../../backups/protocol";
import { FakeAgents, FakeCli, stackbook, stackWith, type Said } from "./support/fakes";

const entry = (change: Partial<BackupEntry> = {}): BackupEntry => ({
  backup: "motel/daily/2026-11-21T020000Z", store: "local", tier: "daily", startedAt: "2026-11-21T02:00:00.000Z", ageSeconds: 8 * 3600, bytes: 3_565_158,
  parts: ["database", "redis", "config"], version: "1.0.0", reason: "schedule", keyId: "k1", readable: true, verifiedAt: "2026-11-21T02:01:00.000Z", drilledAt: null, ...change,
});
const done = { backup: "motel/safety/2026-11-21T100000Z", bytes: 2048, seconds: 4.2, stores: ["local"], problems: [] };

describe("stackbook's backups", () => {
  let agents: FakeAgents;
  let cli: FakeCli;
  const run = (...argv: string[]): Promise<Said> => stackbook(argv, stackWith(cli), agents, { stackFile: () => "config: {}\n" });

  beforeEach(() => {
    agents = new FakeAgents();
    cli = new FakeCli();
  });

  it("backs up every system, each agent given the stack's checkpoint and its file first", async () => {
    agents.answers = { checkpoint: {}, run: done };
    const { code, out, progress } = await run("backup");
    assert.equal(code, 0);
    assert.deepEqual(agents.commands(), ["motel-backup-1 checkpoint", "sms-backup-1 checkpoint", "motel-backup-1 run", "sms-backup-1 run"]);
    const given = JSON.parse(Buffer.from(String(agents.asked[0]?.request["checkpoint"]), "base64").toString()) as unknown;
    assert.deepEqual(given, { version: 3, deployment: { resources: [] }, stackFile: "config: {}\n" });
    assert.deepEqual(agents.asked[2]?.request, { tier: "daily", reason: "by hand (ops@desk)" });
    assert.match(out, /^motel\/safety\/2026-11-21T100000Z: 2\.0 KiB in 4\.2 s, in local\n/);
    assert.deepEqual(progress, ["  motel: run is under way", "  sms: run is under way"]);
    assert.ok(!cli.calls.some((call) => call.includes("--show-secrets")), "secrets stay encrypted in what is handed over");
  });

  it("backs up only what is named, in the tier and for the reason given", async () => {
    agents.answers = { checkpoint: {}, run: done };
    await run("backup", "sms", "--tier", "safety", "--reason", "before the audit");
    assert.deepEqual(agents.commands(), ["sms-backup-1 checkpoint", "sms-backup-1 run"]);
    assert.deepEqual(agents.asked[1]?.request, { tier: "safety", reason: "before the audit (ops@desk)" });
  });

  it("goes on with the other systems when one fails, and ends with 1", async () => {
    agents.answers = { checkpoint: {}, run: (container: string) => (container.startsWith("motel") ? { error: { message: "the store is full", problems: ["local has 3 MiB left"] } } : { ...done, backup: "sms/safety/x" }) };
    const { code, out } = await run("backup");
    assert.equal(code, 1);
    assert.match(out, /^motel: no backup was taken; those before are untouched\nsms\/safety\/x: .*\nFAILED: motel: the store is full:\n {2}local has 3 MiB left\n$/);
    const json = JSON.parse((await run("backup", "--json")).out) as { backups: { system: string; error?: string }[] };
    assert.deepEqual(json.backups.map(({ system, error }) => [system, error]), [["motel", "motel: the store is full:"], ["sms", undefined]]);
  });

  it("says that a system holds nothing yet, and which store has no copy yet", async () => {
    agents.answers = { checkpoint: {}, run: { ...done, bytes: null } };
    assert.equal((await run("backup", "sms")).out, "sms: holds nothing yet, so there is nothing to back up\n");
    agents.answers = { checkpoint: {}, run: { ...done, problems: ["offsite: access denied"] } };
    const { code, out } = await run("backup", "motel");
    assert.match(out, /in local\n {2}NOT YET EVERYWHERE: offsite: access denied \(the agent goes on trying\)\n$/);
    assert.equal(code, 0);
  });

  it("lists one line for a set in two stores, newest first, with what is known of it", async () => {
    agents.answers = { list: (container: string) => (container.startsWith("sms") ? [] : [entry(), entry({ store: "offsite", verifiedAt: null, drilledAt: "2026-11-22T04:00:00Z" }), entry({ backup: "motel/deploy/2026-11-21T090000Z", tier: "deploy", startedAt: "2026-11-21T09:00:00Z", ageSeconds: 3600, keyId: "k0", readable: false, reason: "before 2.0.0", problem: "its signature is wrong" })]) };
    const { out } = await run("backups", "list");
    const lines = out.split("\n");
    assert.match(lines[0] ?? "", /^BACKUP +AGE +SIZE +RELEASE +PARTS +VERIFIED +DRILLED +KEY +STORE +WHY$/);
    assert.match(lines[1] ?? "", /^motel\/deploy\/2026-11-21T090000Z +1 h 0 min +3\.4 MiB +1\.0\.0 .* k0 \(not here\) +local +before 2\.0\.0$/);
    assert.match(lines[2] ?? "", /^motel\/daily\/2026-11-21T020000Z +8 h 0 min +3\.4 MiB +1\.0\.0 +database\+redis\+config +2026-11-21 +2026-11-22 +k1 +local\+offsite +schedule$/);
    assert.match(out, /\nDAMAGED: motel\/deploy\/2026-11-21T090000Z in local: its signature is wrong\n\nsms: no backup yet; take one with: npx stackbook backup sms\n$/);
  });

  it("lists one system and tier as JSON for programs", async () => {
    agents.answers = { list: [entry()] };
    const { out } = await run("backups", "list", "motel", "--tier", "daily", "--json");
    assert.deepEqual(JSON.parse(out), { stack: "dev", backups: [entry()] });
    assert.deepEqual(agents.asked.map(({ container, request }) => [container, request]), [["motel-backup-1", { tier: "daily" }]]);
  });

  it("verifies the newest set of every system, or the named one, and ends with 1 when a part is damaged", async () => {
    agents.answers = { verify: { backup: "motel/daily/2026-11-21T020000Z", parts: [{ name: "database", ok: true }] } };
    const fine = await run("verify", "latest");
    assert.equal(fine.code, 0);
    assert.deepEqual(agents.commands(), ["motel-backup-1 verify", "sms-backup-1 verify"]);
    agents.answers = { verify: { backup: "motel/daily/2026-11-21T020000Z", parts: [{ name: "database", ok: false, problem: "its checksum is another one" }, { name: "redis", ok: true }] } };
    const bad = await run("verify", "motel/daily/2026-11-21T020000Z");
    assert.equal(bad.code, 1);
    assert.match(bad.out, /^motel\/daily\/2026-11-21T020000Z: DAMAGED\n {2}BAD {2}database: its checksum is another one\n {2}ok {3}redis\n\nA damaged set can't be restored from/);
    assert.deepEqual(agents.asked.at(-1), { container: "motel-backup-1", command: "verify", request: { backup: "motel/daily/2026-11-21T020000Z" } });
  });

  it("drills in the drill's own container and tells RTO and RPO", async () => {
    agents.answers = { drill: { backup: "sms/daily/2026-11-21T020000Z", ok: true, seconds: 75, ageSeconds: 7200, tables: [{ name: "public.students", rows: 40, ok: true }], checks: [] } };
    const { code, out } = await run("drill", "sms");
    assert.equal(code, 0);
    assert.deepEqual(agents.asked, [{ container: "sms-drill-1", command: "drill", request: { backup: "latest" } }]);
    assert.match(out, /restored and compared\n {2}1 table, 40 rows, 0 checks of your own\n {2}RTO 75 s \(measured\), RPO 2 h 0 min/);
    agents.answers = { drill: { backup: "motel/daily/x", ok: false, seconds: 1, ageSeconds: 1, tables: [{ name: "public.suites", rows: 4, ok: false, problem: "5 rows, the manifest says 4" }], checks: [] } };
    const failed = await run("drill", "motel/daily/2026-11-21T020000Z");
    assert.equal(failed.code, 1);
    assert.deepEqual(agents.asked.at(-1)?.request, { backup: "motel/daily/2026-11-21T020000Z" });
    assert.match(failed.out, /THE DRILL FAILED[\s\S]*BAD {2}public\.suites: 5 rows, the manifest says 4/);
  });

  it("refuses tiers, systems and names that it does not know before it asks an agent", async () => {
    const refused: readonly (readonly [string[], RegExp])[] = [
      [["backup", "--tier", "weekly"], /--tier is weekly: use one of daily, deploy, safety\n {2}weekly is a copy/],
      [["backup", "payroll"], /payroll has no backups in the stack dev\n {2}Use one of: motel, sms\./],
      [["backups", "list", "--tier", "hourly"], /--tier is hourly: use one of daily, weekly/],
      [["verify", "daily/2026-11-21T020000Z"], /may be a backup of any of motel, sms\n {2}Say which with --system/],
      [["verify", "sms/daily/2026-11-21T020000Z", "--system", "motel"], /is a backup of sms, and --system says motel/],
      [["drill", "motel/daily/x", "daily/y"], /The system comes first/],
    ];
    for (const [argv, message] of refused) {
      const { code, err } = await run(...argv);
      assert.equal(code, 2, argv.join(" "));
      assert.match(err, message);
    }
    assert.deepEqual(agents.asked, []);
  });

  it("says how backups are switched on, why there is no drill, and that an agent did not answer", async () => {
    const none = await stackbook(["backup"], { ...stackWith(cli), outputs: {} }, agents);
    assert.match(none.err, /the stack dev has no backups\n {2}Switch them on with: pulumi config set --path stackbook:backups\.enabled true/);
    const output = stackWith(cli).outputs.backups?.["motel"];
    assert.ok(output);
    const undrilled = await stackbook(["drill", "motel"], stackWith(cli, { motel: { ...output, drill: null } }), agents);
    assert.match(undrilled.err, /motel's backups can't be drilled here: they are encrypted to a public key/);
    const silent = await stackbook(["verify", "latest", "--system", "sms"], stackWith(cli), Object.assign(new FakeAgents(), { exec: () => Promise.resolve({ code: 137, out: "", err: "killed\n" }) }));
    assert.match(silent.err, /sms-backup-1 gave no answer \(exit code 137\)\n {2}killed\n {2}Its log: docker logs --tail 50 sms-backup-1/);
  });
});
