import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BackupEntry, DrillAnswer, RestoreAnswer, RunAnswer } from "../../../backups/protocol";
import type { Kit } from "../../../operations/backups/kit";
import { containersOf, engine } from "../support/engine";
import { flipByte, forgeSet } from "./support/forge";
import { plainRecovery } from "./support/plain";
import { BackedUpStack, type Sums } from "./support/stage";
import { redis, sql, tableSums } from "./support/sums";

const stage = new BackedUpStack("e2e-backups", 28843, { motel: { version: "1.0.0" } });

describe("backups of motel, by the command line on a running stack", function () {
  this.timeout(900_000);
  let first: Sums;
  let backup: string;
  let kit: Kit;

  before(() => stage.start());
  after(() => stage.end());

  const suite = (number: string): object => ({ number, name: `Suite ${number}`, beds: 3 });
  const backends = async (): Promise<readonly string[]> => (await containersOf(stage.name, { system: "motel", service: "backend", role: "app" })).map(({ Id }) => Id);
  const serves = async (): Promise<string> => {
    const { visitor, headers } = await stage.visitor("motel");
    const { body, status } = await visitor.ask("/api/suites", { headers });
    assert.equal(status, 200, body);
    visitor.close();
    return body;
  };

  it("takes a backup that list, verify and the files themselves show", async () => {
    await stage.write("motel", "/api/suites", [suite("901"), suite("902")]);
    await redis(stage, "motel", "SET", "e2e:kept", "first");
    first = await tableSums(stage, "motel");
    const { backups } = await stage.json<{ backups: RunAnswer[] }>("backup", "--reason", "end to end");
    backup = backups[0]?.backup ?? "";
    kit = await stage.json<Kit>("recovery-kit");
    assert.match(backup, /^motel\/daily\/\d{4}-\d\d-\d\dT\d{6}Z$/);
    const { backups: listed } = await stage.json<{ backups: BackupEntry[] }>("backups", "list", "motel");
    const entry = listed.find((one) => one.backup === backup);
    assert.deepEqual([entry?.parts, entry?.readable, entry?.version], [["database", "redis", "config", "checkpoint"], true, "1.0.0"]);
    assert.match((await stage.must("verify", backup)).out, /every part is whole and opens/);
  });

  it("brings back exactly the first state, and nothing written since", async () => {
    await stage.write("motel", "/api/suites", [suite("903")]);
    await sql(stage, "motel", "delete from suites where number = '101'; update tasks set title = 'lost'");
    await redis(stage, "motel", "SET", "e2e:kept", "second");
    assert.notDeepEqual(await tableSums(stage, "motel"), first);
    const dry = await stage.must("restore", "latest", "--system", "motel", "--dry-run");
    assert.match(dry.out, /public\.suites +\d+ entries[\s\S]*Nothing was changed/);
    const { restored } = await stage.json<{ restored: RestoreAnswer }>("restore", "latest", "--system", "motel", "--yes");
    assert.equal(restored.backup, backup);
    assert.match(restored.safety, /^motel\/safety\//);
    assert.deepEqual(await tableSums(stage, "motel"), first);
    assert.equal(await redis(stage, "motel", "GET", "e2e:kept"), "first");
    assert.equal(await redis(stage, "motel", "CONFIG", "GET", "appendonly"), "appendonly\nyes");
    assert.match(await serves(), /Suite 902/);
  });

  it("brings back one table alone", async () => {
    await stage.write("motel", "/api/suites", [suite("904")]);
    await sql(stage, "motel", "update tasks set title = 'kept'");
    const tasks = (await tableSums(stage, "motel"))["tasks"];
    await stage.must("restore", backup, "--table", "public.suites", "--yes");
    const now = await tableSums(stage, "motel");
    assert.equal(now["suites"], first["suites"]);
    assert.equal(now["tasks"], tasks, "another table");
    assert.notEqual(tasks, first["tasks"]);
  });

  it("refuses a backup with one wrong byte, and touches nothing", async () => {
    const damaged = forgeSet(stage.store, backup, "2026-01-02T020000Z", kit, (manifest) => manifest);
    flipByte(join(stage.store, damaged, "database.dump.gpg"));
    const [before, running] = [await tableSums(stage, "motel"), await backends()];
    const { code, output } = await stage.stackbook("restore", damaged, "--yes");
    assert.equal(code, 1, output);
    assert.match(output, /database.*checksum/);
    assert.equal((await stage.stackbook("verify", damaged)).code, 1);
    assert.deepEqual([await tableSums(stage, "motel"), await backends()], [before, running]);
  });

  it("leaves the old data serving when a restore fails half-way, and says so", async () => {
    // Every part is whole, but the rows are not those that the manifest promises: known only once they are loaded.
    const wrong = forgeSet(stage.store, backup, "2026-01-03T020000Z", kit, (manifest) => ({
      ...manifest,
      parts: manifest.parts.map((part) => (part.name === "database" ? { ...part, tables: (part.tables ?? []).map((table) => ({ ...table, checksum: "0".repeat(64) })) } : part)),
    }));
    const [before, running] = [await tableSums(stage, "motel"), await backends()];
    const { code, output } = await stage.stackbook("restore", wrong, "--yes");
    assert.equal(code, 1, output);
    assert.match(output, /was not restored from[\s\S]*The data is what it was before/);
    assert.deepEqual([await tableSums(stage, "motel"), await backends()], [before, running]);
    assert.match(await serves(), /Suite 902/);
    assert.equal((await stage.stack.up()).code, 0, "the stack file asks for nothing that fails");
    const drilled = await stage.stackbook("drill", wrong);
    assert.equal(drilled.code, 1, drilled.output);
    assert.match(drilled.output, /THE DRILL FAILED|differs/);
  });

  it("drills the newest backup in a container that has no way to the database", async () => {
    const { drills } = await stage.json<{ drills: DrillAnswer[] }>("drill", "motel", backup);
    assert.deepEqual([drills[0]?.ok, drills[0]?.tables.map(({ ok }) => ok).includes(false)], [true, false]);
    const drill = await engine.getContainer(await stage.container({ system: "motel", service: "drill" })).inspect();
    const database = await engine.getContainer(await stage.container({ system: "motel", role: "database" })).inspect();
    const networks = (inspected: typeof drill): string[] => Object.keys(inspected.NetworkSettings.Networks);
    assert.deepEqual(networks(drill).filter((name) => networks(database).includes(name)), []);
  });

  it("opens by gpg and pg_restore alone", async () => {
    const image = (await engine.getContainer(await stage.container({ system: "motel", service: "backup" })).inspect()).Image;
    const { encryption } = kit;
    assert.ok(encryption.kind === "symmetric");
    assert.deepEqual(await plainRecovery(image, join(stage.store, backup), encryption.keys[encryption.keyId] ?? ""), first);
  });

  it("comes back whole on an empty machine, from store, repository and kit", async () => {
    await stage.write("motel", "/api/suites", [suite("905")]);
    const before = await tableSums(stage, "motel");
    const passwords = (await stage.outputs()).credentials["motel"];
    await stage.must("backup");
    const folder = mkdtempSync(join(tmpdir(), "stackbook-kit-"));
    writeFileSync(join(folder, "kit.json"), JSON.stringify(kit));
    await stage.loseEverything();
    assert.deepEqual(execFileSync("docker", ["ps", "-aq", "--filter", `label=stackbook.stack=${stage.name}`], { encoding: "utf8" }), "");
    const { out } = await stage.must("recover", "--kit", join(folder, "kit.json"), "--yes");
    rmSync(folder, { recursive: true });
    assert.match(out, /The stack e2e-backups is back after .* \(RTO\), with \d+ generated secrets as before/);
    assert.deepEqual(await tableSums(stage, "motel"), before);
    assert.equal(await redis(stage, "motel", "GET", "e2e:kept"), "first");
    assert.deepEqual((await stage.outputs()).credentials["motel"], passwords);
    assert.match(await serves(), /Suite 905/);
    const { backups } = await stage.json<{ backups: RunAnswer[] }>("backup");
    assert.equal((await stage.stackbook("verify", backups[0]?.backup ?? "")).code, 0, "the same key goes on");
  });
});
