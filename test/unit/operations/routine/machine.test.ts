import assert from "node:assert/strict";
import { checks } from "../../../../operations/routine/checks";
import { ended, postgres } from "./databases";
import { FakeLooking, series, type Figures } from "./support";

const disk = { mountpoint: "/", service: "host" };

describe("resources and disks of a list", () => {
  const cpu = (now: number, mostly: number, once: number): Figures => ({ "stack host-cpu now": [series(now)], "stack host-cpu mostly": [series(mostly)], "stack host-cpu once": [series(once)] });
  const resources = (figures: Figures, system: "mps" | "motel" = "mps") => checks.resources(new FakeLooking({ figures }), system);

  it("are bad when beyond the threshold now, or for a twentieth of the time", async () => {
    assert.equal((await resources(cpu(0.9, 0.3, 0.9))).verdict, "bad");
    const mostly = await resources(cpu(0.2, 0.85, 0.9));
    assert.deepEqual([mostly.verdict, mostly.says], ["bad", "host cpu 85 % (limit 80 %)"]);
  });

  it("are worth a look when they were beyond it once", async () => {
    const once = await resources(cpu(0.2, 0.4, 0.95));
    assert.equal(once.verdict, "look");
    assert.match(once.details?.[0] ?? "", /^host cpu was at 95 % once \(limit 80 %/);
    assert.equal((await resources(cpu(0.2, 0.4, 0.5))).verdict, "good");
  });

  it("name a container the same before and after a deploy", async () => {
    const of = (container: string) => resources({ "mps container-memory now": [series(0.5, { container, service: "backend", system: "mps" })] });
    const names = await Promise.all(["mps-backend-a-0-47282e6", "mps-backend-a-0-1111111"].map(async (name) => (await of(name)).figures?.map((figure) => figure.name)));
    assert.deepEqual(names[0], names[1]);
    assert.deepEqual(names[0], ["memory of mps-backend-a-0"]);
  });

  it("that nobody watches are not good", async () => {
    assert.equal((await resources({})).verdict, "unknown");
    assert.equal((await checks.resources(new FakeLooking({ figures: {}, outputs: { monitoring: undefined } }), "motel")).verdict, "unknown");
  });

  it("tell of a disk, and of one that fills", async () => {
    const used: Figures = { "stack host-disk now": [series(0.7, disk)] };
    assert.equal((await checks.disk(new FakeLooking({ figures: used }), "stack")).verdict, "good");
    const fills = await checks.disk(new FakeLooking({ figures: { ...used, soon: [series(2 * 86_400, disk)] } }), "stack");
    assert.deepEqual([fills.verdict, /\/ full in 2 days if it fills on like this$/.test(fills.says)], ["bad", true]);
    const store = await checks.disk(new FakeLooking({ figures: { "motel backup-store-full now": [series(0.15, { store: "local", system: "motel" })] } }), "stack");
    assert.deepEqual([store.verdict, store.says], ["bad", "free in store local of motel 15 % (limit 20 %)"]);
  });
});

describe("databases of a list", () => {
  it("answer a statement, asked inside their own container with their own password", async () => {
    const { engine, asked } = postgres({ "SELECT 1": "1\n" });
    const finding = await checks.database(new FakeLooking({ engine, figures: { taken: [series(0.3)] } }), "motel");
    assert.equal(finding.verdict, "good");
    assert.match(finding.says, /^answers a statement \(\d+ ms, client and all\); connections taken 30 % \(limit 80 %\)$/);
    assert.deepEqual(asked[0]?.slice(4), ["motel_manager", "SELECT 1"]);
    assert.ok(!asked.flat().some((word) => /password=[^$]/i.test(word)), "no password on a command line");
  });

  it("that refuse, or do not run, are bad", async () => {
    const refused = await checks.database(new FakeLooking({ engine: postgres({}, ended(2, "", "psql: error: the database system is starting up\n")).engine, figures: {} }), "motel");
    assert.deepEqual([refused.verdict, refused.says], ["bad", "PostgreSQL in motel-database refused it (exit code 2): psql: error: the database system is starting up"]);
    const gone = await checks.database(new FakeLooking({ engine: { containers: () => Promise.resolve([]) }, figures: {} }), "motel");
    assert.deepEqual([gone.verdict, gone.says], ["bad", "motel has no container of database"]);
  });

  it("are vacuumed by the list that says so, and it is told for the record", async () => {
    const states = ["students\t4000\t900\t3.5\ngrades\t20000\t8000\t12\n", "students\t4000\t0\t0\ngrades\t20000\t0\t0\n"];
    const { asked, engine } = postgres({ "VACUUM (ANALYZE)": "VACUUM\n", relname: () => states.shift() ?? "" });
    const looking = new FakeLooking({ engine });
    const finding = await checks.vacuum(looking, "sms");
    assert.equal(finding.verdict, "good");
    assert.match(finding.says, /: 8900 dead rows before, 0 after, in 2 tables$/);
    assert.deepEqual(looking.done, [{ what: "VACUUM ANALYZE of sms", systems: ["sms"] }]);
    assert.equal(asked.filter((words) => words.at(-1) === "VACUUM (ANALYZE)").length, 1);
  });

  it("are only looked at with --look-only, and then it is not good", async () => {
    const { asked, engine } = postgres({ relname: "grades\t20000\t8000\t12\n" });
    const looking = new FakeLooking({ engine, mayAct: false });
    const finding = await checks.vacuum(looking, "sms");
    assert.equal(finding.verdict, "look");
    assert.match(finding.says, /^not run \(--look-only\): 1 tables, 20000 rows, 8000 dead ones; grades: 28\.6 % of its rows are dead$/);
    assert.deepEqual([looking.done, asked.length], [[], 1]);
  });

  it("say when their room will be used up", async () => {
    const of = (figures: Figures) => checks.capacity(new FakeLooking({ figures, hours: 720 }), "motel");
    const gib = 1024 ** 3;
    const soon = await of({ now: [series(9 * gib)], growth: [series(0.1 * gib)] });
    assert.deepEqual([soon.verdict, soon.says], ["bad", "full in 10 days (limit 30 days)"]);
    const someday = await of({ now: [series(5 * gib)], growth: [series(0.1 * gib)] });
    assert.deepEqual([someday.verdict, /: full in 50 days \(by 30 days\)$/.test(someday.says)], ["look", true]);
    assert.match((await of({ now: [series(gib)], growth: [series(0)] })).says, /it does not grow/);
    assert.match((await of({ now: [series(gib)] })).says, /its growth is not known yet/);
    assert.equal((await of({})).verdict, "unknown");
  });
});
