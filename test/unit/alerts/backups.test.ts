import assert from "node:assert/strict";
import { alertRows, everything, watched, type AlertRow, type RulesInput } from "../../../alerts";
import { commandText } from "../../../alerts/commands";
import { metricOfSeries } from "../../../alerts/metrics";
import { ruleFiles } from "../../../alerts/prometheus";
import type { WatchedBackup } from "../../../alerts/types";
import { metricNames } from "../../../backups/protocol";
import { catalogueInput } from "../../../components/monitoring/rules";
import type { RunningSystem } from "../../../components/outputs";
import { parseConfig } from "../../../config/parse";
import { systemIds, systems, type SystemId } from "../../../systems";

const rowsOf = (id: SystemId, backup?: WatchedBackup): readonly AlertRow[] => {
  const { backup: usual, ...system } = watched(id);
  const given = backup ?? usual;
  return alertRows({ ...everything, systems: [{ ...system, ...(given === undefined ? {} : { backup: given }) }] }).filter((row) => row.system === id && /^(backup|drill)-/.test(row.id));
};
const row = (id: SystemId, alert: string): AlertRow => rowsOf(id).find((each) => each.id === alert) ?? assert.fail(`${id} has no ${alert}`);

describe("alerts on backups (B9)", () => {
  it("want the newest within 26 h, page at 36 h; of SMS within 13 and 18 h, so that six hours of its 24 are left to act", () => {
    for (const id of systemIds) {
      const { limit } = row(id, "backup-age");
      assert.deepEqual(limit, { aboveHours: id === "sms" ? { ticket: 13, page: 18 } : { ticket: 26, page: 36 } }, id);
    }
  });

  it("follow the hours between backups that a stack file gives", () => {
    const limits = ([24, 12, 8, 6] as const).map((everyHours) => rowsOf("motel", { everyHours, verified: true, drilled: true })[0]?.limit);
    assert.deepEqual(limits, [{ aboveHours: { ticket: 26, page: 36 } }, { aboveHours: { ticket: 13, page: 18 } }, { aboveHours: { ticket: 9, page: 12 } }, { aboveHours: { ticket: 7, page: 9 } }]);
  });

  it("tell of everything that can go wrong with them", () => {
    const all = ["backup-age", "backup-agent-missing", "backup-failed", "backup-shrank", "backup-store-full", "backup-store-unreachable", "backup-unverified", "drill-agent-missing", "drill-failed", "drill-overdue"];
    for (const id of systemIds) assert.deepEqual(rowsOf(id).map((each) => each.id).sort(), id === "sms" ? [...all, "drill-slow"] : all, id);
  });

  it("hold SMS to the 15 minutes of its runbook", () => {
    assert.deepEqual(row("sms", "drill-slow").limit, { aboveSeconds: { ticket: 900 } });
    assert.deepEqual(row("sms", "drill-overdue").limit, { aboveHours: { ticket: 192 } });
  });

  it("say nothing of drills where there are none, nor of verifying where no key is", () => {
    const ids = rowsOf("mps", { everyHours: 24, verified: false, drilled: false }).map((each) => each.id);
    assert.ok(!ids.some((id) => id.startsWith("drill-") || id === "backup-unverified"), ids.join());
    assert.ok(ids.includes("backup-age"));
  });

  it("give a command of ours, with stack and system", () => {
    const commands = rowsOf("sms").map(({ command, id }) => [id, commandText(command, { stack: "prod", system: "sms" })]);
    assert.deepEqual(Object.fromEntries(commands), {
      "backup-age": "npx stackbook --stack prod backup sms --tier daily",
      "backup-shrank": "npx stackbook --stack prod backups list sms",
      "backup-unverified": "npx stackbook --stack prod verify latest --system sms",
      "backup-store-full": "npx stackbook --stack prod backups list sms",
      "drill-overdue": "npx stackbook --stack prod drill sms",
      "drill-failed": "npx stackbook --stack prod drill sms",
      "drill-slow": "npx stackbook --stack prod drill sms",
      ...Object.fromEntries(["backup-failed", "backup-agent-missing", "backup-store-unreachable"].map((id) => [id, "npx stackbook --stack prod logs sms backup --tail 100"])),
      "drill-agent-missing": "npx stackbook --stack prod logs sms drill --tail 100",
    });
  });

  it("list every figure that the agents tell", () => {
    for (const name of Object.values(metricNames)) assert.equal(metricOfSeries(name)?.job, "backup", name);
  });

  describe("of a stack", () => {
    const names = (values: Record<string, string>): string[] => {
      const stack = parseConfig({ project: "stackbook", stack: "dev", values: { "stackbook:systems": JSON.stringify({ mps: { version: "1.0.0" }, sms: { version: "1.0.0", ...(values["sms"] === undefined ? {} : (JSON.parse(values["sms"]) as object)) } }), "stackbook:backups": JSON.stringify({ enabled: true, ...(values["backups"] === undefined ? {} : (JSON.parse(values["backups"]) as object)) }) }, secretKeys: new Set(), source: "Pulumi.dev.yaml" });
      const running = stack.systems.filter(({ enabled }) => enabled).map((config) => ({ config }) as RunningSystem);
      const given: RulesInput = { ...catalogueInput(stack, running, []), stack: "dev", scrapeSeconds: 15, escalationMinutes: 30, timeZone: "UTC", thresholds: {}, maintenance: [], closed: [] };
      return Object.values(ruleFiles(given)).flatMap((groups) => groups.flatMap(({ rules }) => rules)).flatMap((rule) => ("alert" in rule && /Backup|Drill/.test(rule.alert) ? [`${rule.labels["system"] ?? ""} ${rule.alert}`] : []));
    };

    it("that backs up nothing are none", () => assert.deepEqual(names({ backups: JSON.stringify({ enabled: false }) }), []));

    it("that leaves out one system are the others'", () => {
      const all = names({ sms: JSON.stringify({ backups: { enabled: false } }) });
      assert.ok(all.length > 8 && all.every((name) => name.startsWith("mps ")), all.join());
    });

    it("without drills are none on drills", () => assert.ok(!names({ backups: JSON.stringify({ drill: { enabled: false } }) }).some((name) => name.includes("Drill"))));
  });

  it("name sections that the runbooks have", () => {
    for (const id of systemIds) assert.equal(row(id, "backup-age").runbook.file, systems[id].runbook);
  });
});
