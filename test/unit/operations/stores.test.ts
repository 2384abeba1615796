import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Context } from "../../../operations/commands/types";
import { readAudit } from "../../../operations/change/audit";
import { exitCodes } from "../../../operations/problem";
import type { Settings, Stack } from "../../../operations/stack";
import { piece } from "../halts/fakeHands";
import { FakeContainers } from "./support/containers";
import { FakeCli, stackbook, type Said } from "./support/fakes";

const long = { pid: "377", user: "motel_user", database: "motel_manager", client: "api 10.0.0.7", state: "active", seconds: 61.5, waitsFor: ["12"], text: "select * from bookings" };
const idle = { ...long, pid: "12", seconds: 70, state: "idle in transaction", waitsFor: [], text: "update suites set beds = 3" };

interface Heard {
  readonly container: string;
  readonly password: string;
  readonly text: string;
  readonly args: readonly string[];
}

describe("a system's stores", () => {
  let engine: FakeContainers;
  let cli: FakeCli;
  let root: string;
  let heard: Heard[];
  let answers: (asked: Heard) => string | undefined;
  let trail: string[];

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "stackbook-stores-"));
    const of = (system: string, kind: string) => ({ ...piece(kind), id: `${system}-${kind}`, name: `${system}-${kind}`, labels: { "stackbook.stack": "dev", "stackbook.system": system, "stackbook.role": kind, "stackbook.service": kind } });
    engine = new FakeContainers([of("motel", "database"), of("motel", "cache"), of("mps", "database"), of("fetms", "database")]);
    cli = new FakeCli();
    cli.secretOutputs = { credentials: { motel: { databaseAdminPassword: "of-the-admin", cachePassword: "of-the-cache" } } };
    [heard, trail] = [[], []];
    answers = () => undefined;
    engine.exec = (container, command, line) => {
      if (container === "status-1") {
        trail.push(`${command.slice(2).join(" ")} ${(JSON.parse(line) as { what: string; result: string }).what}: ${(JSON.parse(line) as { result: string }).result}`);
        return Promise.resolve({ code: 0, out: "{}", err: "" });
      }
      const [password = "", ...rest] = line.split("\n");
      // After `sh -euc <text> sh`; what is asked is on standard input, or in the text.
      const asked = { container, password, text: `${command[2] ?? ""}\n${rest.join("\n")}`, args: command.slice(4) };
      heard.push(asked);
      const out = answers(asked);
      return Promise.resolve(out === undefined ? { code: 2, out: "", err: "not expected by the test" } : { code: 0, out, err: "" });
    };
  });

  afterEach(() => rmSync(root, { recursive: true }));

  const run = (argv: readonly string[], change: Partial<Context> = {}, settings?: Settings): Promise<Said> => {
    const stack: Stack = { name: "dev", outputs: { monitoring: { statusContainer: "status-1" } }, dockerHost: undefined, cli, ...(settings === undefined ? {} : { settings }) };
    return stackbook(argv, stack, engine, { root, ...change });
  };
  const audit = (): string[] => readAudit(root, "dev").map(({ command, result }) => `${command}: ${result}`);

  describe("stackbook db", () => {
    it("shows what takes long, longest first as the database says, and how to end it", async () => {
      answers = ({ text }) => (text.includes("pg_stat_activity") ? JSON.stringify([idle, long]) : undefined);
      const { code, err, out } = await run(["db", "queries", "motel", "--longer", "1m"]);
      assert.equal(code, 0, err);
      assert.match(out, /^PID +RUNS[^]*^12 +70\.0 s +idle in transaction[^]*^377 +61\.5 s +active +motel_user +api 10\.0\.0\.7 +12 +select \* from bookings$[^]*npx stackbook db queries motel --kill <pid>$/m);
      assert.match(heard[0]?.text ?? "", /q\.seconds >= 60;/);
      assert.deepEqual([heard[0]?.container, heard[0]?.password, heard[0]?.args], ["motel-database", "of-the-admin", ["motel_manager"]]);
      answers = () => "[]";
      assert.match((await run(["db", "queries", "motel"])).out, /^motel: nothing takes longer than 5s\.$/m);
      assert.deepEqual(audit(), [], "looking is no change");
    });

    it("ends a query, and its connection only when it does not hear that", async () => {
      let busy = 1;
      answers = ({ text }) => {
        if (text.includes("json_agg")) return JSON.stringify([long]);
        if (text.includes("pg_cancel_backend(377)")) return (busy = 0, "t");
        return text.includes("count(*)") ? String(busy) : undefined;
      };
      const { code, err, out, progress } = await run(["db", "queries", "motel", "--kill", "377", "--yes"]);
      assert.equal(code, 0, err);
      assert.match(progress[0] ?? "", /^377, for 61\.5 s, by motel_user from api 10\.0\.0\.7: select \* from bookings$/);
      assert.match(out, /377: ended; its connection goes on/);
      assert.ok(!heard.some(({ text }) => text.includes("pg_terminate_backend")));
      assert.deepEqual(audit(), ["db queries --kill: begun", "db queries --kill: done"]);
      assert.deepEqual(trail, ["audit append end query 377 of motel: begun", "audit append end query 377 of motel: done"], "the stack's own trail has it too");

      let alive = 1;
      answers = ({ text }) => {
        if (text.includes("json_agg")) return JSON.stringify([long]);
        if (text.includes("pg_cancel_backend")) return "t";
        if (text.includes("pg_terminate_backend(377, 5000)")) return (alive = 0, "t");
        return text.includes("count(*)") ? String(alive) : undefined;
      };
      assert.match((await run(["db", "queries", "motel", "--kill", "377", "--yes"])).out, /its connection was closed/);
    }).timeout(20_000);

    it("ends nothing that is not there, that nobody confirms, or that is no pid", async () => {
      answers = () => "[]";
      assert.match((await run(["db", "queries", "motel", "--kill", "377", "--yes"])).err, /motel has no query 377 at work\n {2}What there is: npx stackbook db queries motel --longer 0s/);
      assert.equal((await run(["db", "queries", "motel", "--kill", "1; drop table suites", "--yes"])).code, exitCodes.usage);
      assert.equal((await run(["db", "queries", "motel", "--kill", "abc", "--yes"])).code, exitCodes.usage);
      assert.match((await run(["db", "queries", "motel", "--longer", "2d"])).err, /--longer is 2d: use 0 to 1 d/);
      answers = () => JSON.stringify([long]);
      assert.equal((await run(["db", "queries", "motel", "--kill", "377"], { confirm: () => Promise.resolve(false) })).code, exitCodes.interrupted);
      assert.ok(!heard.some(({ text }) => /pg_cancel|pg_terminate/.test(text)));
      assert.deepEqual(audit(), []);
    });

    it("vacuums PostgreSQL, and tells MongoDB's people that it needs none", async () => {
      const dead = ["120", "3"];
      answers = ({ text }) => (text.includes("VACUUM (ANALYZE)") ? "" : text.includes("n_dead_tup") ? dead.shift() : undefined);
      const { code, err, out } = await run(["db", "vacuum", "motel"]);
      assert.equal(code, 0, err);
      assert.match(out, /motel: vacuumed and analysed in .*; dead rows 120 -> 3/);
      assert.deepEqual(trail, ["audit append vacuum motel: begun", "audit append vacuum motel: done"]);
      const other = await run(["db", "vacuum", "fetms"]);
      assert.deepEqual([other.code, /fetms has MongoDB, which needs no VACUUM/.test(other.err)], [exitCodes.usage, true]);
    });

    it("asks MongoDB by its own shell, and ends an operation by its id", async () => {
      answers = ({ text, args }) => {
        assert.match(text, /mongosh/);
        return (args[0] ?? "").includes("killOp") ? '{"ended":true}' : JSON.stringify([{ ...long, pid: "9001", text: "bookings {}" }]);
      };
      assert.match((await run(["db", "queries", "fetms"])).out, /^9001 +61\.5 s/m);
      assert.match((await run(["db", "queries", "fetms", "--kill", "9001", "--yes"])).out, /9001: ended/);
      assert.ok(heard.some(({ args }) => /const id = 9001;/.test(args[0] ?? "")));
    });

    it("says what failed in the database's own words, and that a halted system is halted", async () => {
      const { code, err } = await run(["db", "queries", "motel"]);
      assert.equal(code, exitCodes.failed);
      assert.match(err, /motel's PostgreSQL did not answer \(exit code 2\):\n {2}not expected by the test\n {2}Its log: docker logs/);
      engine.hands.change("motel-database", { state: "exited" });
      assert.match((await run(["db", "queries", "motel"])).err, /motel-database does not run \(exited\)/);
      const halted: Settings = { "stackbook:systems": { value: JSON.stringify({ motel: { halted: { at: "2026-11-21T08:00:00Z", by: "ops", why: "a breach" } } }), secret: false } };
      assert.equal((await run(["db", "queries", "motel"], {}, halted)).err, "error: motel is halted since 2026-11-21 08:00 UTC by ops: a breach\n  Start it again with: npx stackbook resume motel\n");
    });
  });

  describe("stackbook cache flush", () => {
    it("says what goes with the keys, asks, and takes them out", async () => {
      answers = ({ text }) => (text.includes("DBSIZE") ? "3" : text.includes("FLUSHDB") ? "OK" : undefined);
      const questions: string[] = [];
      const refused = await run(["cache", "flush", "motel"], { confirm: (question) => Promise.resolve(questions.push(question) < 0) });
      assert.deepEqual([refused.code, questions], [exitCodes.interrupted, ["Take them out?"]]);
      assert.match(refused.progress.join("\n"), /^3 keys of motel, all that its Redis has\. motel keeps queue, cache there: jobs that wait there are lost; the next requests are slower[^]*a backup does: npx stackbook restore latest --system motel --only redis$/);
      assert.ok(!heard.some(({ text }) => text.includes("FLUSHDB")));
      const { code, out } = await run(["cache", "flush", "motel", "--yes", "--why", "OPS-1"]);
      assert.deepEqual([code, out], [0, "motel: 3 keys taken out; its Redis is empty.\n"]);
      assert.ok(heard.every(({ password }) => password === "of-the-cache"));
      assert.deepEqual(trail, ["audit append flush motel's cache: begun", "audit append flush motel's cache: done"]);
    });

    it("takes only what fits a pattern, which no shell reads", async () => {
      const pattern = "cache:'$(reboot)*";
      answers = ({ text, args }) => {
        assert.deepEqual(args, [pattern]);
        return text.includes("--scan") ? "2" : text.includes("UNLINK") ? "2" : undefined;
      };
      const { code, err, out, progress } = await run(["cache", "flush", "motel", "--pattern", pattern, "--yes"]);
      assert.equal(code, 0, err);
      assert.equal(out, "motel: 2 keys taken out.\n");
      assert.match(progress.join("\n"), /Which of these the pattern hits is for you to know/);
    });

    it("does nothing where there is nothing, and refuses where there is no Redis", async () => {
      answers = () => "0";
      assert.match((await run(["cache", "flush", "motel", "--yes"])).out, /Redis is empty; nothing was changed/);
      assert.match((await run(["cache", "flush", "motel", "--pattern", "a*", "--yes"])).out, /no key fits a\*; nothing was changed/);
      assert.match((await run(["cache", "flush", "sms", "--yes"])).err, /sms has no Redis\n {2}Its data is in PostgreSQL/);
      assert.match((await run(["cache", "flush", "fetms", "--yes"])).err, /fetms has no cache in the stack dev\n {2}It runs without Redis here/);
      assert.equal((await run(["cache", "flush", "nope", "--yes"])).code, exitCodes.usage);
      assert.equal((await run(["cache", "flush", "motel", "--pattern", "", "--yes"])).code, exitCodes.usage);
      answers = () => "NOAUTH Authentication required.";
      assert.match((await run(["cache", "flush", "motel", "--yes"])).err, /motel's Redis refused it[^]*NOAUTH/);
      assert.deepEqual(trail, []);
    });
  });
});
