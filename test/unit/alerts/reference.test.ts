import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { alertRows, everything } from "../../../alerts";
import { renderAlertsReference } from "../../../alerts/reference";

const root = join(__dirname, "../../..");

describe("docs/alerts.md", () => {
  const page = renderAlertsReference();

  it("is what the catalogue says; `npx ts-node -T alerts/write-reference.ts` writes it again", () => {
    assert.equal(readFileSync(join(root, "docs/alerts.md"), "utf8"), page);
  });

  it("has every alert, under its system's heading", () => {
    for (const { id } of alertRows(everything)) assert.ok(page.includes(`| \`${id}\` |`), id);
  });

  it("has the sections that alerts of the stack name as their runbook, with what to do", () => {
    for (const { runbook, id } of alertRows(everything).filter((row) => row.runbook.file === "docs/alerts.md")) {
      assert.ok(page.includes(`\n## ${runbook.section}\n`), runbook.section);
      assert.ok(page.includes(`- **${id}**: `), id);
    }
  });

  it("gives thresholds, waits and the runbook's own words", () => {
    assert.match(page, /\| `response-time` \|[^|]*\| > 1 s, 5 min \(P1\) \| > 500 ms, 5 min \(P2\) \|/);
    assert.match(page, /\| `low-throughput` \|.*hours of expected load/);
  });
});
