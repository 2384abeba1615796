import { strict as assert } from "node:assert";
import { seedLogin, seedRows } from "../../../reference-app/src/commands/seed";
import { migrate } from "../../../reference-app/src/database/migrations";
import { systems, tableOf } from "../../../reference-app/src/systems";
import { users } from "../../../reference-app/src/systems/users";
import { login, memoryLog, MemoryDatabase } from "./support";

const { log } = memoryLog();

describe("reference app: migrations", () => {
  it("applies what is missing in order, and nothing the second time", async () => {
    const database = new MemoryDatabase();
    assert.deepEqual(await migrate(systems.motel, database, log), ["0001-users", "0002-suites-and-tasks"]);
    assert.deepEqual(await migrate(systems.motel, database, log), []);
    assert.equal(database.lockWaits.length, 1, "an up-to-date schema takes no lock");
  });

  it("asks again under the lock, so that two runs at once apply each migration once", async () => {
    const database = new MemoryDatabase();
    const both = await Promise.all([migrate(systems.sms, database, log), migrate(systems.sms, database, log)]);
    assert.deepEqual(both.flat().sort(), systems.sms.migrations.map((migration) => migration.id));
    assert.equal(database.lockWaits.length, 2);
  });

  it("goes on where a run that failed stopped", async () => {
    const database = new MemoryDatabase();
    const apply = database.applyMigration.bind(database);
    database.applyMigration = (migration) => (migration.id.startsWith("0002") ? Promise.reject(new Error("disk full")) : apply(migration));
    await assert.rejects(migrate(systems.memo, database, log), /disk full/);
    database.applyMigration = apply;
    assert.deepEqual(await migrate(systems.memo, database, log), ["0002-memos"]);
  });

  it("leaves a newer version's migrations alone", async () => {
    const database = new MemoryDatabase();
    database.applied.add("0099-later");
    await migrate(systems.memo, database, log);
    assert.ok(database.applied.has("0099-later"));
  });

  it("creates every table and the unique keys before anything can be seeded into them", () => {
    for (const system of Object.values(systems)) {
      const steps = system.migrations.flatMap((migration) => migration.steps);
      const made = steps.flatMap((step) => (step.kind === "table" ? [step.table.name] : []));
      assert.deepEqual([...made].sort(), system.tables.map((table) => table.name).sort(), system.id);
      for (const [position, step] of steps.entries()) {
        if (step.kind === "table") continue;
        assert.ok(steps.slice(0, position).some((other) => other.kind === "table" && other.table.name === step.table), step.table);
        const columns = tableOf(system, step.table).columns;
        for (const column of step.columns) assert.ok(columns[column], `${step.table}.${column}`);
      }
    }
  });
});

describe("reference app: seed", () => {
  it("adds rows and the first login once, and changes the password when it changes", async () => {
    const database = new MemoryDatabase();
    await migrate(systems.motel, database, log);
    assert.equal(await seedLogin(database, login), "added");
    assert.equal(await seedLogin(database, { ...login, email: ` ${login.email.toUpperCase()}` }), "unchanged");
    assert.equal(await seedLogin(database, { ...login, password: "quite another password" }), "password changed");
    assert.equal(await seedLogin(database, { ...login, password: "quite another password" }), "unchanged");
    assert.equal(await database.count(users, {}), 1);
    assert.equal(await seedRows(systems.motel, database), 7);
    assert.equal(await seedRows(systems.motel, database), 0);
  });

  it("does not bring back what somebody removed or changed", async () => {
    const database = new MemoryDatabase();
    await migrate(systems.motel, database, log);
    await seedRows(systems.motel, database);
    const suites = tableOf(systems.motel, "suites");
    const [first] = await database.list(suites, {}, { limit: 1, offset: 0 });
    await database.remove(suites, first?.id ?? "");
    await seedRows(systems.motel, database);
    assert.equal(await database.count(suites, {}), 3);
  });

  it("has rows that its own tables take", () => {
    for (const system of Object.values(systems)) {
      for (const [name, rows] of Object.entries(system.seed)) {
        const columns = tableOf(system, name).columns;
        for (const row of rows) {
          for (const column of Object.keys(row)) assert.ok(columns[column], `${system.id}.${name}.${column}`);
          for (const [column, spec] of Object.entries(columns)) assert.ok(!spec.required || spec.default !== undefined || row[column], `${name} lacks ${column}`);
        }
      }
    }
  });
});
