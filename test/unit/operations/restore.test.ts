import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { Problem } from "../../../operations/problem";
import { FakeAgents, FakeCli, stackbook, stackWith, type Said } from "./support/fakes";
import type { Context } from "../../../operations/commands/types";

const name = "motel/daily/2026-11-21T020000Z";
const check = { backup: name, parts: ["database", "redis"], bytes: 2048, replaces: [{ name: "public.suites", rows: 7 }, { name: "keys", rows: 1 }] };
const safety = { backup: "motel/safety/2026-11-21T100000Z", startedAt: "2026-11-21T10:00:00Z" };
const taskFailed = new Problem("the update failed", ["motel-restore: public.suites: 3 rows were restored, the manifest says 4; the safety backup was put back"]);

describe("stackbook restore", () => {
  let agents: FakeAgents;
  let cli: FakeCli;
  let root: string;

  const writeFile = (config: object = { "stackbook:systems": { motel: {} } }): void => writeFileSync(join(root, "Pulumi.dev.yaml"), JSON.stringify({ config }));
  const restoreKey = (): unknown => (parse(readFileSync(join(root, "Pulumi.dev.yaml"), "utf8")) as { config: { "stackbook:systems": { motel: { restore?: unknown } } } }).config["stackbook:systems"].motel.restore;

  afterEach(() => rmSync(root, { recursive: true }));
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "stackbook-restore-"));
    writeFile();
    agents = new FakeAgents();
    agents.answers = { check, checkpoint: {}, list: [safety] };
    cli = new FakeCli();
  });

  const run = (argv: readonly string[], change: Partial<Context> = {}): Promise<Said> => {
    const stack = stackWith(cli);
    const restored = { id: "r1", backup: name, safety: safety.backup, seconds: 12, tables: [{ name: "public.suites", rows: 4 }] };
    const openStack = (): Promise<typeof stack> => {
      const motel = stack.outputs.backups?.["motel"];
      assert.ok(motel);
      return Promise.resolve(cli.updates.length === 0 ? stack : stackWith(cli, { motel: { ...motel, restored } }));
    };
    return stackbook(["restore", ...argv], stack, agents, { root, openStack, ...change });
  };
  const id = (): string => String(agents.asked[0]?.request["id"]);

  it("checks, shows what would be replaced, and changes nothing in a dry run", async () => {
    const { code, out } = await run([name, "--dry-run"]);
    assert.equal(code, 0);
    assert.match(out, /key, signature, checksums, versions and space are in order \(2\.0 KiB, database, redis\)/);
    assert.match(out, /public\.suites +7 entries\n {2}keys +1 entry\n/);
    assert.match(out, /Nothing was changed \(--dry-run\)\.\n$/);
    assert.deepEqual(agents.commands(), ["motel-backup-1 check"]);
    assert.match(id(), /^r[0-9a-f]{8}$/);
    assert.equal(restoreKey(), undefined);
    assert.deepEqual(cli.updates, []);
  });

  it("asks first, and a no changes nothing", async () => {
    const questions: string[] = [];
    const { code, err, progress } = await run(["latest", "--system", "motel"], { confirm: (question) => Promise.resolve(questions.push(question) === 0) });
    assert.equal(code, 130);
    assert.match(err, /nothing was restored: not confirmed/);
    assert.match(questions[0] ?? "", /^Replace this data of motel in the stack dev\?/);
    assert.match(progress.join("\n"), /public\.suites +7 entries/);
    assert.deepEqual(cli.updates, []);
  });

  it("writes the resolved backup into the stack file, updates, and tells what came of it", async () => {
    const { code, out } = await run(["latest", "--system", "motel", "--yes"]);
    assert.equal(code, 0);
    assert.deepEqual(agents.commands(), ["motel-backup-1 check", "motel-backup-1 checkpoint"]);
    assert.deepEqual(restoreKey(), { id: id(), backup: name });
    assert.deepEqual(cli.updates, [`restore motel from ${name}: restore of motel from ${name} (${id()})`]);
    assert.match(out, /^motel was restored from motel\/daily\/2026-11-21T020000Z: the data in 12 s, the whole update in /);
    assert.match(out, /public\.suites +4 entries\nWhat was there before: motel\/safety\/2026-11-21T100000Z/);
    assert.match(out, /To commit.*\n {2}Pulumi\.dev\.yaml was rewritten/);
  });

  it("restores parts and single tables, and refuses what contradicts itself before it asks", async () => {
    await run([name, "--yes", "--only", "redis", "uploads"]);
    assert.deepEqual(agents.asked[0]?.request, { backup: name, id: id(), only: ["redis", "uploads"] });
    assert.deepEqual(restoreKey(), { id: id(), backup: name, only: ["redis", "uploads"] });
    agents.asked.length = 0;
    await run([name, "--yes", "--table", "public.suites", "public.guests"]);
    assert.deepEqual(agents.asked[0]?.request, { backup: name, id: id(), only: ["database"], tables: ["public.suites", "public.guests"] });
    agents.asked.length = 0;
    for (const argv of [["--only", "logs"], ["--table", "a", "--collection", "b"], ["--only", "redis", "--table", "a"]]) assert.equal((await run([name, ...argv])).code, 2, argv.join(" "));
    assert.match((await run(["latest"])).err, /latest: of which system\?\n {2}Say it with --system: motel, sms\./);
    assert.deepEqual(agents.asked, []);
  });

  it("stops when the agent refuses the backup, and nothing is touched", async () => {
    agents.answers = { check: { error: { message: "motel/daily/2026-11-21T020000Z is damaged", problems: ["database: its checksum is another one"] } } };
    const { code, err } = await run([name, "--yes"]);
    assert.equal(code, 1);
    assert.match(err, /is damaged:\n {2}database: its checksum/);
    assert.deepEqual(cli.calls, []);
  });

  it("takes its key out again when the restore fails, and puts back the one before", async () => {
    cli.onUp = () => {
      cli.exported = { deployment: { resources: [{ type: "pulumi-nodejs:dynamic/stackbook:Power", inputs: { frozen: { restore: id() } } }] } };
      throw taskFailed;
    };
    writeFile({ "stackbook:systems": { motel: { restore: { id: "r0", backup: "motel/daily/2026-11-01T020000Z" } } } });
    const { code, err } = await run([name, "--yes"]);
    assert.equal(code, 1);
    assert.match(err, /motel was not restored from motel\/daily\/2026-11-21T020000Z:\n {2}motel-restore: public\.suites: 3 rows were restored/);
    assert.match(err, /The data is what it was before.*\n {2}Put the cause right/);
    assert.deepEqual(restoreKey(), { id: "r0", backup: "motel/daily/2026-11-01T020000Z" });
    assert.equal(cli.updates.length, 1);
  });

  it("puts the safety backup back when the update fails after the data was exchanged", async () => {
    cli.onUp = () => {
      if (cli.updates.length > 1) return;
      cli.exported = { deployment: { resources: [{ type: "pulumi-nodejs:dynamic/stackbook:Task", inputs: { request: id() } }] } };
      throw new Problem("the update failed", ["motel-migration: exit code 1"]);
    };
    const { code, err } = await run([name, "--yes", "--only", "database"]);
    assert.equal(code, 1);
    assert.match(err, /the update failed after the data was brought back:\n {2}motel-migration: exit code 1\n {2}motel\/safety\/2026-11-21T100000Z, taken before, was put back by a second update/);
    const { id: _id, ...putBack } = restoreKey() as Record<string, unknown>;
    assert.deepEqual(putBack, { backup: "motel/safety/2026-11-21T100000Z", only: ["database"] });
    assert.equal(cli.updates.length, 2);
  });

  it("says where the data from before is when it can't be put back either", async () => {
    cli.onUp = () => {
      cli.exported = { deployment: { resources: [{ type: "pulumi-nodejs:dynamic/stackbook:Task", inputs: { request: id() } }] } };
      throw new Problem("the update failed", [`cause ${cli.updates.length}`]);
    };
    const { err } = await run([name, "--yes"]);
    assert.match(err, /First:\n {2}cause 1\n {2}Then:\n {2}cause 2\n {2}Nothing is lost: the data from before is in motel\/safety\/2026-11-21T100000Z\. .*npx stackbook restore motel\/safety/);
    agents.answers = { check, checkpoint: {}, list: [{ ...safety, startedAt: "2026-11-20T10:00:00Z" }] };
    agents.asked.length = 0;
    assert.match((await run([name, "--yes"])).err, /the safety backup was not found/);
  });
});
