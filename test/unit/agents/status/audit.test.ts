import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AuditTrail, type AuditEntry } from "../../../../agents/status/src/audit";
import { createLog } from "../../../../agents/common/log";

describe("the audit trail of a stack", () => {
  let folder: string;
  const lines: string[] = [];
  const open = (): AuditTrail => new AuditTrail(folder, createLog("status", { write: (line) => void lines.push(line) }));
  const entry = (at: string, change: Partial<AuditEntry> = {}): AuditEntry => ({ at, id: "a1b2", stack: "prod", command: "deploy", what: "deploy motel 2.0.0", systems: ["motel"], who: "ops@desk", result: "begun", ...change });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "stackbook-trail-"));
    lines.length = 0;
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("is appended to, and told to the log of its own kind", () => {
    const trail = open();
    trail.append(entry("2026-11-21T10:00:00.000Z"));
    trail.append(entry("2026-11-21T10:01:00.000Z", { result: "done", detail: "release 4" }));
    const text = readFileSync(join(folder, "2026-11.jsonl"), "utf8");
    assert.deepEqual(text.trim().split("\n").map((line) => (JSON.parse(line) as AuditEntry).result), ["begun", "done"]);
    const told = lines.map((line) => JSON.parse(line) as { kind: string; audit: AuditEntry; service: string });
    assert.deepEqual(told.map(({ kind, service, audit }) => [kind, service, audit.result]), [["audit", "status", "begun"], ["audit", "status", "done"]]);
  });

  it("is read newest first, over months and restarts, by system", () => {
    open().append(entry("2026-10-31T23:59:00.000Z", { systems: ["sms"] }));
    open().append(entry("2026-11-01T00:01:00.000Z"));
    open().append(entry("2026-11-02T00:01:00.000Z", { systems: ["sms", "motel"] }));
    assert.deepEqual(open().list(10, undefined).map(({ at }) => at.slice(0, 10)), ["2026-11-02", "2026-11-01", "2026-10-31"]);
    assert.deepEqual(open().list(10, "sms").map(({ at }) => at.slice(0, 10)), ["2026-11-02", "2026-10-31"]);
    assert.equal(open().list(1, undefined).length, 1);
  });

  it("loses no line to one that was cut off", () => {
    open().append(entry("2026-11-21T10:00:00.000Z"));
    appendFileSync(join(folder, "2026-11.jsonl"), '{"at": "2026-\n');
    open().append(entry("2026-11-21T11:00:00.000Z"));
    assert.equal(open().list(10, undefined).length, 2);
  });
});
