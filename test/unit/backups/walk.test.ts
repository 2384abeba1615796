import { strict as assert } from "node:assert";
import { manifestFile, timestampOf } from "../../../backups/layout";
import type { Tier } from "../../../backups/manifest";
import { objectKey, objectKind, objectTag } from "../../../backups/objects";
import { expiredSets, isKept, retention, updatesKept, type KeptSet } from "../../../backups/retention";
import { planOf } from "../../../components/backupBucket";
import { lifecycleInputs } from "../../../platforms/aws/bucketLifecycle";
import { systemIds, systems, type SystemId } from "../../../systems";
import { EmulatedBucket } from "./lifecycleEmulation";

const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];
const first = Date.UTC(2026, 0, 1);
/** Three years; 2028 has a leap day. */
const days = (Date.UTC(2029, 0, 1) - first) / day;
const rules = lifecycleInputs(planOf({ bucket: "backups", prefix: "prod", systems: systemIds.map((id) => ({ id })) })).rules;

const clock = new Intl.DateTimeFormat("sv-SE", { timeZone: "Europe/Berlin", dateStyle: "short", timeStyle: "medium" });

/** Berlin's 02:00, which is 01:00 UTC in winter and midnight UTC in summer; in the night that has none, 03:00 of its new time. */
function berlin(utcDay: number, hourOfDay: number): number {
  const wall = Date.UTC(2026, 0, 1 + utcDay, hourOfDay);
  const shown = Date.parse(`${clock.format(wall - hour).replace(" ", "T")}Z`);
  return wall - (shown - (wall - hour));
}

class Walk {
  readonly directory: KeptSet[] = [];
  readonly bucket = new EmulatedBucket(rules);
  private local: KeptSet[] = [];

  constructor(readonly id: SystemId, readonly zone: "utc" | "berlin") {}

  /** One day's backups: those of the schedule, their copies, and now and then one before a change or a restore. */
  backUp(number: number): void {
    const { everyHours } = systems[this.id].backup;
    for (let hours = 2; hours < 26; hours += everyHours) this.take("daily", number, hours, number % 97 === 40 ? 20 * hour : 5 * minute);
    const date = new Date(first + number * day);
    if (date.getUTCDay() === 1 && isKept(retention[this.id], "weekly")) this.take("weekly", number, 2, 8 * minute);
    if (date.getUTCDate() === 1 && isKept(retention[this.id], "monthly")) this.take("monthly", number, 2, 9 * minute);
    if (number % 4 === 1) this.take("deploy", number, 9, 5 * minute);
    if (number % 33 === 7) this.take("safety", number, 10, 5 * minute);
  }

  private take(tier: Tier, number: number, hours: number, lasts: number): void {
    const begun = this.zone === "utc" ? first + number * day + hours * hour : berlin(number, hours);
    const timestamp = timestampOf(new Date(begun));
    const put = (file: string, created: number): void => this.bucket.put({ key: objectKey("prod", this.id, tier, timestamp, file), created, tags: { [objectTag]: objectKind(file) } });
    put("config.json.gpg", begun + minute);
    put("database.dump.gpg", begun + lasts - minute);
    put(manifestFile, begun + lasts);
    put(`verified-${timestamp}.json`, begun + lasts + minute);
    this.local.push({ tier, timestamp, finishedAt: new Date(begun + lasts).toISOString(), verified: true });
  }

  enforce(now: number): void {
    const gone = new Set(expiredSets(this.local, retention[this.id], new Date(now)));
    this.local = this.local.filter((set) => !gone.has(set));
    this.bucket.evaluate(now);
  }

  /** By the agent's rule, as `daily/2026-01-01T020000Z`. */
  inDirectory(): string[] {
    return this.local.map(({ tier, timestamp }) => `${tier}/${timestamp}`).sort();
  }

  /** By the bucket's: sets whose manifest and parts are there. */
  inBucket(): { whole: string[]; half: string[] } {
    const keys = this.bucket.keys();
    const listed = [...keys].filter((key) => key.endsWith(`/${manifestFile}`)).map((key) => key.slice(0, -manifestFile.length - 1));
    const whole = listed.filter((folder) => keys.has(`${folder}/config.json.gpg`) && keys.has(`${folder}/database.dump.gpg`));
    const name = (folder: string): string => folder.split("/").slice(2).join("/");
    return { whole: whole.map(name).sort(), half: listed.filter((folder) => !whole.includes(folder)).map(name) };
  }
}

/** Written without the code under test: which sets there are at the end of a day, by counting back days. */
function expected(id: SystemId, number: number): string[] {
  const { everyHours, kept } = systems[id].backup;
  const date = (back: number): Date => new Date(first + (number - back) * day);
  const back = (count: number): number[] => Array.from({ length: Math.min(count, number) + 1 }, (_, index) => index);
  const at = (tier: string, moment: Date, hours: string): string => `${tier}/${moment.toISOString().slice(0, 10)}T${hours}0000Z`;
  return [
    ...back(kept.dailyDays).flatMap((count) => [at("daily", date(count), "02"), ...(everyHours === 12 ? [at("daily", date(count), "14")] : [])]),
    ...back(7 * (kept.weeklyWeeks ?? -1)).filter((count) => date(count).getUTCDay() === 1).map((count) => at("weekly", date(count), "02")),
    ...back({ 12: 366, 3: 92 }[kept.monthlyMonths ?? 0] ?? -1).filter((count) => date(count).getUTCDate() === 1).map((count) => at("monthly", date(count), "02")),
  ].sort();
}

/** Every 97 days a run takes 20 hours: it isn't there that day, and SMS's of 14:00 ends the day after, so it goes a day later. */
function touchedByLongRuns(id: SystemId, number: number): boolean {
  return number % 97 === 40 || (number - 1) % 97 === 40 || (id === "sms" && number >= 40 && (number - 31) % 97 === 40);
}

describe("three years of backups, day by day", () => {
  for (const id of systemIds) {
    for (const zone of ["utc", "berlin"] as const) {
      it(`of ${id} are those of the runbook's table, the same in a directory and in a bucket, none of them half there (${zone})`, () => {
        const walk = new Walk(id, zone);
        for (let number = 0; number < days; number++) {
          walk.backUp(number);
          walk.enforce(first + (number + 1) * day - hour);
          const { half, whole } = walk.inBucket();
          const local = walk.inDirectory();
          const today = new Date(first + number * day).toISOString().slice(0, 10);
          assert.deepEqual(half, [], today);
          const kept = local.filter((name) => !whole.includes(name));
          assert.ok(kept.every((name) => name.startsWith("deploy/")), `${today}: only the directory has ${kept.join(", ")}`);
          assert.deepEqual(whole, local.filter((name) => !kept.includes(name)), today);
          // Every fourth day one: 23 in 90 days, and the directory keeps the last 50.
          assert.equal(local.filter((name) => name.startsWith("deploy/")).length, Math.min(updatesKept, Math.floor((number + 3) / 4)), today);
          if (zone === "utc" && !touchedByLongRuns(id, number)) assert.deepEqual(local.filter((name) => /^(daily|weekly|monthly)\//.test(name)), expected(id, number), today);
        }
      });
    }

    it(`of ${id} are never fewer than its runbook promises, not even just before the next one`, () => {
      const walk = new Walk(id, "berlin");
      const { dailyDays, weeklyWeeks = 0, monthlyMonths = 0 } = systems[id].backup.kept;
      for (let number = 0; number < days; number++) {
        if (number > 366) {
          walk.enforce(berlin(number, 2));
          const sets = walk.inBucket().whole;
          for (const [tier, least] of [["daily", dailyDays], ["weekly", weeklyWeeks], ["monthly", monthlyMonths]] as const) {
            const count = sets.filter((name) => name.startsWith(`${tier}/`)).length;
            assert.ok(count >= least, `${new Date(first + number * day).toISOString()}: ${count} ${tier}, ${least} promised`);
          }
        }
        walk.backUp(number);
      }
    });

    if (id !== "mps") continue;
    it(`of ${id} are never half there when S3 removes manifests two days late`, () => {
      const walk = new Walk(id, "utc");
      for (let number = 0; number < days; number++) {
        walk.backUp(number);
        walk.bucket.evaluate(first + (number + 1) * day - hour, (key) => (key.endsWith(manifestFile) ? 2 : 0));
        assert.deepEqual(walk.inBucket().half, []);
      }
    });
  }

  it("are on 1 March 2028, for example, these", () => {
    const on = (id: SystemId): Record<string, string[]> => {
      const walk = new Walk(id, "utc");
      const last = (Date.UTC(2028, 2, 1) - first) / day;
      for (let number = 0; number <= last; number++) walk.backUp(number);
      walk.enforce(first + (last + 1) * day - hour);
      const of = (tier: Tier): string[] => walk.inBucket().whole.filter((name) => name.startsWith(`${tier}/`)).map((name) => name.slice(tier.length + 1, tier.length + 11));
      return { daily: of("daily"), weekly: of("weekly"), monthly: of("monthly") };
    };
    const february = Array.from({ length: 29 }, (_, index) => `2028-02-${String(index + 1).padStart(2, "0")}`);
    assert.deepEqual(on("mps"), {
      daily: ["2028-01-31", ...february, "2028-03-01"],
      weekly: ["2027-12-13", "2027-12-20", "2027-12-27", "2028-01-03", "2028-01-10", "2028-01-17", "2028-01-24", "2028-01-31", "2028-02-07", "2028-02-14", "2028-02-21", "2028-02-28"],
      monthly: ["2027-03-01", "2027-04-01", "2027-05-01", "2027-06-01", "2027-07-01", "2027-08-01", "2027-09-01", "2027-10-01", "2027-11-01", "2027-12-01", "2028-01-01", "2028-02-01", "2028-03-01"],
    });
    assert.deepEqual(on("fetms"), {
      daily: [...february.slice(-7), "2028-03-01"],
      weekly: ["2028-02-07", "2028-02-14", "2028-02-21", "2028-02-28"],
      monthly: ["2027-12-01", "2028-01-01", "2028-02-01", "2028-03-01"],
    });
    assert.deepEqual(on("sms"), { daily: ["2028-01-31", ...february, "2028-03-01"].flatMap((date) => [date, date]), weekly: [], monthly: [] });
  });

  it("once backups stop, leave one in a directory, and in a bucket none after each tier's days", () => {
    const left = systemIds.map((id) => {
      const walk = new Walk(id, "utc");
      // The last daily on 4 February 2027, the last deploy set two days before, the last monthly on the 1st.
      for (let number = 0; number < 400; number++) walk.backUp(number);
      const until = (prefix: string): number => {
        for (let stopped = 0; ; stopped++) {
          walk.enforce(first + (400 + stopped) * day);
          if (!walk.inBucket().whole.some((name) => name.startsWith(prefix))) return stopped;
        }
      };
      const gone = { id, daily: until("daily/"), all: until("") };
      walk.enforce(first + 2000 * day);
      // But for deploys, of which a directory keeps the last 50.
      assert.equal(walk.inDirectory().filter((name) => !name.startsWith("deploy/")).length, 1, id);
      return gone;
    });
    assert.deepEqual(left, [
      { id: "mps", daily: 30, all: 363 },
      { id: "fetms", daily: 7, all: 89 },
      { id: "memo", daily: 30, all: 88 },
      { id: "motel", daily: 30, all: 88 },
      { id: "sms", daily: 30, all: 88 },
    ]);
  });
});
