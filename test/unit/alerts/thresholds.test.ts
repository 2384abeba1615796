import assert from "node:assert/strict";
import fc from "fast-check";
import { alertRows, everything, severities, thresholdLines, thresholdProblems, withOverrides, type AlertRow, type Severity } from "../../../alerts";
import { ruleFiles } from "../../../alerts/prometheus";
import { hasThreshold } from "../../../alerts/thresholds";
import { readLimit, severitiesOf, units } from "../../../alerts/units";

const rows = alertRows(everything);
const settable = rows.filter(hasThreshold);
const input = { ...everything, stack: "prod", scrapeSeconds: 15, escalationMinutes: 30, timeZone: "UTC", maintenance: [], closed: [] };

const said = (overrides: Parameters<typeof thresholdProblems>[0]): string[] => thresholdProblems(overrides).map(({ at, given, fix }) => `${at.join(".")} is ${given}; ${fix}`);

describe("thresholds of one's own", () => {
  it("are fine as the runbooks have them", () => {
    for (const row of settable) assert.deepEqual(said({ [row.system]: { [row.id]: readLimit(row.limit).thresholds } }), [], `${row.system}.${row.id}`);
  });

  it("are told apart from what is no threshold, all at once", () => {
    const problems = said({
      sms: { "error-rate": { ticket: 6 }, "eror-rate": { page: 1 }, "service-down": { page: 2 }, "response-time": { page: 20_000 } },
      motel: { "response-time-p99": { ticket: 100 }, "error-rate": { ticket: 7, page: 6 } },
      stack: { "host-disk": { page: 100 } },
    });
    assert.deepEqual(problems.map((text) => text.split(";")[0]), [
      "sms.error-rate.ticket is 6",
      "sms.eror-rate is not an alert",
      "sms.service-down is without a threshold",
      "sms.response-time.page is 20000",
      "motel.response-time-p99 is not an alert",
      "motel.error-rate.ticket is 7",
      "stack.host-disk.page is 100",
    ]);
    assert.match(problems[0] ?? "", /below page \(the runbook's, 5 %\)/);
    assert.match(problems[4] ?? "", /is an alert of sms/);
    assert.match(problems[5] ?? "", /below page \(yours, 6 %\)/);
  });

  it("may not have a warning beyond what is critical, whichever of the two is given", () => {
    assert.match(said({ sms: { "error-rate": { page: 1 } } }).join(), /page is 1; use a value above ticket \(the runbook's, 2 %\)/);
    // Throughput is bad when it is low: there the warning comes first from above.
    assert.match(said({ sms: { "low-throughput": { ticket: 5 } } }).join(), /ticket is 5; use a value above page \(the runbook's, 10 a second\)/);
    assert.deepEqual(said({ sms: { "low-throughput": { ticket: 5, page: 2 } } }), []);
  });

  it("may add a severity that the runbook doesn't have", () => {
    assert.deepEqual(said({ mps: { "error-rate": { page: 20 } } }), []);
    const row = rows.find(({ system, id }) => system === "mps" && id === "error-rate");
    assert.ok(row);
    assert.deepEqual(withOverrides(row, { mps: { "error-rate": { page: 20 } } }).limit, { abovePercent: { ticket: 5, page: 20 } });
  });

  it("name the system and the severity that are none", () => {
    const wrong = { website: { "error-rate": { page: 1 } }, sms: { "error-rate": { urgent: 1 } } } as unknown as Parameters<typeof thresholdProblems>[0];
    assert.deepEqual(said(wrong).map((text) => text.split(";")[0]), ["website is not a system", "sms.error-rate.urgent is not a severity"]);
  });

  const anyRow = fc.constantFrom(...settable);
  const override = anyRow.chain((row) => {
    const { unit } = readLimit(row.limit);
    return fc.record({ row: fc.constant(row), severity: fc.constantFrom(...severities), value: fc.oneof(fc.double({ min: units[unit].least, max: units[unit].most, noNaN: true }), fc.double()) });
  });

  it("that are accepted keep every alert's thresholds in order and within range, and those that are refused would not", () => {
    fc.assert(
      fc.property(override, ({ row, severity, value }) => {
        const given = { [row.system]: { [row.id]: { [severity]: value } } };
        const accepted = thresholdProblems(given).length === 0;
        assert.equal(accepted, isSound(withOverrides(row, given)), `${row.system} ${row.id} ${severity} ${value}`);
      }),
      { numRuns: 500 },
    );
  });

  function isSound(row: AlertRow): boolean {
    const { direction, unit, thresholds } = readLimit(row.limit);
    const values = severitiesOf(row.limit).map((severity: Severity) => thresholds[severity] ?? NaN);
    const { least, most } = units[unit];
    const possible = values.every((value) => value >= least && value <= most && (direction === "below" ? value !== 0 : unit !== "Percent" || value !== most));
    return possible && values.every((value, index) => index === 0 || (direction === "above" ? value > (values[index - 1] ?? NaN) : value < (values[index - 1] ?? NaN)));
  }

  it("reach the rules, and change nothing else", () => {
    const before = JSON.stringify(ruleFiles({ ...input, thresholds: {} }));
    const after = JSON.stringify(ruleFiles({ ...input, thresholds: { motel: { "websocket-disconnects": { ticket: 12 } } } }));
    assert.notEqual(after, before);
    assert.equal(after.replace("> 12 ", "> 10 ").replace(") > 12\"", ") > 10\"").replace("12 a minute", "10 a minute"), before);
  });
});

describe("lines of thresholds", () => {
  const lines = (system: "sms" | "stack", topic: string, unit: string) => thresholdLines(rows, system, topic, unit);

  it("are in the panel's unit, one for each severity", () => {
    assert.deepEqual(lines("sms", "errors-5xx", "ratio"), [{ value: 0.02, severity: "ticket" }, { value: 0.05, severity: "page" }, { value: 0.1, severity: "page" }]);
    assert.deepEqual(lines("sms", "response-time-p95", "seconds").map(({ value }) => value), [0.5, 1, 2]);
    assert.deepEqual(lines("sms", "throughput", "requestsPerSecond"), [{ value: 20, severity: "ticket", below: true }, { value: 10, severity: "page", below: true }]);
  });

  it("are none where the unit is another, or the alert is on or off", () => {
    assert.deepEqual(lines("sms", "errors-5xx", "seconds"), []);
    assert.deepEqual(lines("sms", "service-down", "count"), []);
    assert.deepEqual(lines("stack", "host-disk", "seconds"), []); // the forecast's days are no part of a disk
  });
});
