import assert from "node:assert/strict";
import { alertRows, everything, watched, type AlertRow } from "../../../alerts";
import { levels, levelOf } from "../../../alerts/severities";
import { minutesOf } from "../../../alerts/thresholds";
import { readLimit, severitiesOf } from "../../../alerts/units";
import { systemIds, type SystemId } from "../../../systems";
import { levelsOfM, tableM } from "./tableM";

const metricsOfM = ["CPU", "memory", "disk used", "response time", "errors", "throughput", "database", "other", "service down"];

/** The alerts of a stack that runs one system, as the cells are about one. */
const alone = (id: SystemId): readonly AlertRow[] => alertRows({ systems: [watched(id)], jobs: everything.jobs });

function find(system: SystemId, of: SystemId | "stack", id: string): AlertRow {
  const row = alone(system).find((each) => each.system === of && each.id === id);
  assert.ok(row, `${system} has no alert ${of}.${id}`);
  return row;
}

describe("table M", () => {
  it("is written out in full: every metric of every system", () => {
    const wanted = metricsOfM.flatMap((metric) => systemIds.map((system) => `${metric} of ${system}`));
    assert.deepEqual(tableM.map(({ metric, system }) => `${metric} of ${system}`), wanted);
  });

  for (const { metric, system, says, alerts } of tableM) {
    it(`${metric} of ${system}: ${says}`, () => {
      assert.ok(says === "-" || alerts.length > 0, "a cell that says something needs an alert");
      for (const { id, of = system, limit, minutes } of alerts) {
        const row = find(system, of, id);
        assert.deepEqual(readLimit(row.limit), readLimit(limit), id);
        if (minutes !== undefined) for (const severity of severitiesOf(limit)) assert.equal(minutesOf(row, severity), minutes, id);
      }
    });
  }

  for (const { system, id, severity, level } of levelsOfM) {
    it(`calls ${id} of ${system} ${level}, which is a ${severity}`, () => {
      const row = find(system, system, id);
      assert.ok(severitiesOf(row.limit).includes(severity));
      assert.equal(row.levels?.[severity] ?? levelOf(system, severity), level);
    });
  }

  it("has a guard against little traffic on every share and time of requests (M1)", () => {
    for (const row of alertRows(everything)) {
      const ofRequests = row.measure.kind === "errorShare" || row.measure.kind === "responseTime" || row.measure.kind === "againstLastWeek" || (row.measure.kind === "burnRate" && row.measure.objective !== "sms-uptime");
      if (!ofRequests) continue;
      assert.ok((row.minimum?.requests ?? 0) >= 10, `${row.system} ${row.id}`);
      // One failed request of the fewest that count must be inside the threshold.
      if (row.measure.kind === "errorShare") assert.ok((row.minimum?.failures ?? 0) >= 5, `${row.system} ${row.id}`);
    }
  });
});

describe("severities (M2)", () => {
  it("map every word of the five runbooks' scales onto page, ticket or digest", () => {
    assert.deepEqual(levels.mps.map(({ level }) => level).sort(), ["P1", "P2", "P3", "P4"]);
    assert.deepEqual(levels.memo.map(({ level }) => level), ["1", "2", "3", "4"]);
    assert.deepEqual(levels.fetms.map(({ level, severity }) => [level, severity]), [["critical", "page"], ["warning", "ticket"], ["info", "digest"]]);
    assert.deepEqual(levels.sms.map(({ level }) => level).filter((level) => level.startsWith("P")).sort(), ["P0", "P1", "P2"]);
  });

  it("wake nobody for less than a page, and let no page wait longer than 15 minutes", () => {
    assert.equal(levelOf("mps", "page"), "P1");
    assert.equal(levelOf("stack", "ticket"), "ticket");
    for (const row of alertRows(everything)) {
      if (severitiesOf(row.limit).includes("page") && row.measure.kind !== "stillOpen") assert.ok(minutesOf(row, "page") <= 15, `${row.system} ${row.id}`);
    }
  });

  it("know each word that a row uses", () => {
    for (const row of alertRows(everything)) {
      if (row.system === "stack") continue;
      const words = levels[row.system];
      for (const [severity, word] of Object.entries(row.levels ?? {})) assert.ok(words.some((each) => each.level === word && each.severity === severity), `${row.system} ${row.id}: ${word}`);
    }
  });
});

describe("host alerts (M1a)", () => {
  const hostRow = (ids: readonly SystemId[], id: string) => alertRows({ systems: ids.map(watched), jobs: everything.jobs }).filter((row) => row.id === id);

  it("exist once, at the strictest threshold of the systems on the host, and name them all", () => {
    const rows = hostRow(["mps", "motel", "sms"], "host-memory");
    assert.equal(rows.length, 1);
    assert.deepEqual(rows[0]?.limit, { abovePercent: { ticket: 80, page: 90 } });
    for (const name of ["MPS Management Portal", "Motel Manager", "Student Management System"]) assert.ok(rows[0]?.description.includes(name), name);
  });

  it("wait no longer than the most impatient system at that threshold", () => {
    const [row] = hostRow(["fetms", "memo", "mps"], "host-cpu");
    assert.ok(row);
    assert.equal(minutesOf(row, "ticket"), 5); // MPS's; the others' "sustained" is 15
    assert.equal(minutesOf(row, "digest"), 60);
  });

  it("leave out a warning that is not below what is worse", () => {
    assert.deepEqual(hostRow(["mps", "fetms"], "host-disk")[0]?.limit, { abovePercent: { page: 90 } });
    assert.deepEqual(hostRow(["fetms", "motel"], "host-memory")[0]?.limit, { abovePercent: { ticket: 80, page: 90 } });
  });

  it("are not there for what no system's runbook speaks of, disks apart", () => {
    assert.equal(hostRow(["motel"], "host-cpu").length, 0);
    assert.equal(hostRow(["motel"], "host-disk").length, 1);
    assert.equal(hostRow([], "host-disk").length, 1);
  });
});
