import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { alertRows, everything } from "../../../alerts";
import { readStack } from "../../../config/issues";
import { renderAlertsReference } from "../../../alerts/reference";

const root = join(__dirname, "../../..");

describe("docs/alerts.md", () => {
  const page = renderAlertsReference();

  it("is what the catalogue says; `npm run docs` writes it again", () => {
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

describe("docs/monitoring.md", () => {
  const page = readFileSync(join(root, "docs/monitoring.md"), "utf8");

  it("shows channels that a stack file may have", () => {
    const example = parse(/```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? "") as Record<string, unknown>;
    const stack = Object.fromEntries(Object.entries(example).map(([key, value]) => [key.replace("stackbook:", ""), value]));
    assert.ok("alerts" in stack);
    assert.deepEqual(readStack(stack).problems, []);
  });

  it("changes a threshold that there is", () => {
    const [, system, id, severity] = /alerts\.thresholds\.(\w+)\.([\w-]+)\.(\w+) \d+/.exec(page) ?? [];
    const row = alertRows(everything).find((each) => each.system === system && each.id === id);
    assert.ok(row && severity !== undefined && severity in (Object.values(row.limit)[0] as object));
  });

  it("leads to pages that there are", () => {
    const links = [...page.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map(([, path = ""]) => path);
    assert.ok(links.length > 2);
    for (const path of links) assert.ok(existsSync(join(root, "docs", path)), path);
  });
});
