import assert from "node:assert/strict";
import { checks, lists, routines, routinesOf, rowKey, type List } from "../../../routines";
import { systemIds, systems, type SystemId } from "../../../systems";

/** How many lines each runbook's list has here: a line that is lost makes a number smaller. */
const counts: Readonly<Record<SystemId | "stack", Readonly<Record<List, number>>>> = {
  stack: { daily: 5, weekly: 5, monthly: 2, quarterly: 1 },
  mps: { daily: 6, weekly: 5, monthly: 5, quarterly: 6 },
  fetms: { daily: 10, weekly: 4, monthly: 3, quarterly: 6 },
  memo: { daily: 10, weekly: 7, monthly: 7, quarterly: 2 },
  motel: { daily: 7, weekly: 3, monthly: 4, quarterly: 5 },
  sms: { daily: 7, weekly: 12, monthly: 12, quarterly: 3 },
};

/** What a runbook names in a list of its own must be in that list, by what does it. */
const named: readonly (readonly [SystemId, List, string, string])[] = [
  // mps.md, Maintenance Tasks
  ["mps", "daily", "Daily Tasks", "health containers errorLog errors backupDone resources"],
  ["mps", "weekly", "Weekly Tasks", "person person responseTimes slowQueries capacity"],
  ["mps", "monthly", "Monthly Tasks", "imageUpdates person drill person person"],
  ["mps", "quarterly", "Quarterly Tasks", "person policies webSecurity baseline person person"],
  // fetms.md, Regular Security Tasks
  ["fetms", "weekly", "Regular Security Tasks", "person failedLogins traffic"],
  ["fetms", "monthly", "Regular Security Tasks", "person person imageUpdates"],
  ["fetms", "quarterly", "Regular Security Tasks", "person person person"],
  ["fetms", "daily", "Alerts Configuration", "traffic failedLogins deprecatedCalls"],
  // memo.md, Regular Maintenance Tasks and security tasks
  ["memo", "daily", "Regular Maintenance Tasks", "health containers responseTimes errors resources backupDone errorLog"],
  ["memo", "daily", "Daily Security Checks", "failedLogins traffic alertHistory"],
  ["memo", "weekly", "Regular Maintenance Tasks", "imageUpdates responseTimes logFiles drill"],
  ["memo", "weekly", "Weekly Security Tasks", "person certificate person"],
  ["memo", "monthly", "Regular Maintenance Tasks", "capacity person person policies person"],
  // sms.md, Daily Health Checks and Routine Maintenance
  ["sms", "daily", "Morning Checklist", "containers health responseTimes errors resources database backupDone"],
  ["sms", "weekly", "Weekly Tasks (30 minutes)", "objectives disk alertHistory backupWhole drill hostPackages weeklyReport activity logFiles imageUpdates person"],
  ["sms", "monthly", "Monthly Tasks (2 hours)", "objectives vacuum person backupKept baselineUpdate capacity"],
  ["sms", "monthly", "Compliance Checks", "person secretAges person backupWhole"],
];

describe("the runbooks' lists", () => {
  for (const system of ["stack", ...systemIds] as const) {
    it(`of ${system} are complete`, () => {
      const found = Object.fromEntries(lists.map((list) => [list, routinesOf(list, [system]).length]));
      assert.deepEqual(found, counts[system]);
    });
  }

  for (const [system, list, section, expected] of named) {
    it(`have what ${systems[system].runbook} lists under "${section}", ${list}`, () => {
      const rows = routinesOf(list, [system]).filter((row) => row.runbook.section === section);
      assert.equal(rows.map(({ done }) => (done.by === "machine" ? done.check : "person")).join(" "), expected);
    });
  }

  it("name each line once, so that an answer and a trend find it again", () => {
    const keys = routines.map(rowKey);
    assert.equal(new Set(keys).size, keys.length);
    for (const { id } of routines) assert.match(id, /^[a-z]+(-[a-z]+)*$/);
  });

  it("say where they come from, and are marked where how often is ours", () => {
    for (const row of routines) {
      assert.equal(row.runbook.file, row.system === "stack" ? "docs/operations.md" : systems[row.system].runbook);
      if (row.system === "motel") assert.ok(row.assumed === true || row.id === "backup", row.id);
    }
  });

  it("ask people what can be answered by yes, with figures that there are", () => {
    for (const { done } of routines) {
      if (done.by === "machine") assert.ok(done.check in checks);
      else {
        assert.match(done.question, /^(Is|Are|Was|Were|Do|Does|Did) [\s\S]*\?$/);
        for (const seen of done.seen ?? []) assert.ok(seen in checks);
      }
    }
  });

  it("use every check that there is", () => {
    const used = new Set(routines.flatMap(({ done }) => (done.by === "machine" ? [done.check] : (done.seen ?? []))));
    assert.deepEqual(Object.keys(checks).filter((id) => ![...used].some((each) => each === id)), []);
  });
});
