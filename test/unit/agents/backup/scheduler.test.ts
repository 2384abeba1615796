import assert from "node:assert/strict";
import type { Context } from "../../../../agents/backup/src/context";
import { createMetrics, StoreWatch } from "../../../../agents/backup/src/serve/metrics";
import { Scheduler } from "../../../../agents/backup/src/serve/scheduler";
import { DirectoryStore } from "../../../../agents/backup/src/stores/directory";
import { metricNames } from "../../../../backups/protocol";
import { eachWithRig, type Rig, type RigOptions, temporaryFolder } from "./support";

const hourMs = 3_600_000;
const utc = { timeZone: "UTC", at: "02:00" };

describe("the backup agent's scheduler", function () {
  this.timeout(30_000);
  let rig: Rig;
  let context: Context;
  let scheduler: Scheduler;
  let counted: number;
  eachWithRig((fresh) => {
    rig = fresh;
    counted = 0;
    open();
  });

  /** As after a restart: only files are left. */
  const open = (options: RigOptions = {}): void => {
    context = rig.context({ settings: utc, ...options });
    scheduler = new Scheduler(() => context, rig.stop.signal, () => counted);
  };
  /** Looks every ten minutes until then. */
  const until = async (moment: string): Promise<void> => {
    for (; rig.now < new Date(moment); rig.now = new Date(rig.now.getTime() + hourMs / 6), counted += hourMs / 6) {
      scheduler.tick();
      await scheduler.idle();
    }
  };
  const backups = async (): Promise<string[]> => (await context.vault.list()).map(({ backup, marks }) => `${backup.slice("motel/".length)}${marks.verified === undefined ? "" : " verified"}`);

  it("takes a backup each night and reads it again at once", async () => {
    await until("2026-11-20T12:00:00Z");
    assert.deepEqual(await backups(), ["daily/2026-11-20T020000Z verified", "daily/2026-11-19T020000Z verified", "daily/2026-11-18T020000Z verified"]);
  });

  it("makes up once for nights without power", async () => {
    await until("2026-11-18T04:00:00Z");
    rig.now = new Date("2026-11-21T09:00:00Z");
    open();
    await until("2026-11-21T12:00:00Z");
    assert.deepEqual(await backups(), ["daily/2026-11-21T090000Z verified", "daily/2026-11-18T020000Z verified"]);
    assert.ok(rig.lines.some((line) => line.includes("a run was missed, and is made up for now")));
  });

  it("tries again after a failure, with longer and longer pauses, until it works", async () => {
    rig.database.fail = new Error("the database is away");
    await until("2026-11-18T04:00:00Z");
    assert.equal(context.state.value.figures.lastRunFailed, 1);
    assert.equal(rig.database.dumps, 5);
    rig.database.fail = undefined;
    await until("2026-11-18T12:00:00Z");
    assert.equal((await backups()).length, 1);
    assert.equal(context.state.value.figures.lastRunFailed, 0);
  });

  it("removes nothing for a day when the clock jumps, and goes on with the nights when it is set right", async () => {
    await until("2026-11-19T12:00:00Z");
    rig.now = new Date("2030-01-01T12:00:00Z");
    await until("2030-01-01T13:00:00Z");
    assert.equal((await backups()).filter((name) => name.startsWith("daily/")).length, 3);
    rig.now = new Date("2026-11-19T14:00:00Z");
    await until("2026-11-20T12:00:00Z");
    assert.equal((await backups()).filter((name) => name.startsWith("daily/2026-11-")).length, 4);
    assert.ok(rig.lines.some((line) => line.includes("the clock was wrong then")));
    assert.equal((await context.vault.find("latest"))[0].backup, "motel/daily/2026-11-20T020000Z");
  });

  it("brings to a store what it missed while it was away", async () => {
    const other = temporaryFolder();
    const away = new DirectoryStore("other", `${other}/mounted`);
    open({ stores: [new DirectoryStore("local", rig.root), away] });
    await until("2026-11-18T03:00:00Z");
    assert.equal(context.state.value.figures.lastRunFailed, 1);
    (await import("node:fs")).mkdirSync(`${other}/mounted`);
    await until("2026-11-18T04:00:00Z");
    assert.equal((await context.vault.listStore(away)).length, 1);
  });

  it("tells Prometheus what it did, the same after a restart, and which store is away", async () => {
    await until("2026-11-19T12:00:00Z");
    open({ stores: [new DirectoryStore("local", rig.root), new DirectoryStore("away", "/nowhere")] });
    const watch = new StoreWatch(() => context);
    await watch.look();
    const text = await createMetrics(() => context, watch).metrics();
    for (const line of [
      `${metricNames.lastSuccess}{system="motel"} ${Date.parse("2026-11-19T02:00:00Z") / 1000}`, `${metricNames.lastRunFailed}{system="motel"} 0`, `${metricNames.previousBytes}{system="motel"} ${context.state.value.figures.previousBytes}`,
      `${metricNames.count}{system="motel",store="local",tier="daily"} 2`, `${metricNames.storeReachable}{system="motel",store="local"} 1`, `${metricNames.storeReachable}{system="motel",store="away"} 0`,
    ]) assert.ok(text.includes(`${line}\n`), `${line}\n${text}`);
    assert.ok(!text.includes(metricNames.lastDrill));
  });
});
