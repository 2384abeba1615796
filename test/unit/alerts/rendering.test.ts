import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { parse } from "yaml";
import { alertRows, everything, renderPrometheusRules, watched, type RulesInput } from "../../../alerts";
import { commandText } from "../../../alerts/commands";
import { recorded, ruleFiles } from "../../../alerts/prometheus";
import { expectedLoadRules } from "../../../alerts/prometheus/expectedLoad";
import { expressionOf } from "../../../alerts/prometheus/measures";
import { windowMinutes } from "../../../alerts/prometheus/promql";
import { placeholders } from "../../../alerts/prometheus/texts";
import { metricOfSeries } from "../../../alerts/metrics";
import { metricsOfMeasure } from "../../../alerts/readsOf";
import { metricNamesIn } from "../../support/promql";

const input: RulesInput = { ...everything, stack: "prod", scrapeSeconds: 15, escalationMinutes: 30, timeZone: "UTC", thresholds: {}, maintenance: [], closed: [] };
const rows = alertRows(everything);
const alerts = (given: RulesInput) => Object.values(ruleFiles(given)).flatMap((groups) => groups.flatMap(({ rules }) => rules)).flatMap((rule) => ("alert" in rule ? [rule] : []));
const names = (given: RulesInput, system: string) => alerts(given).filter(({ labels }) => labels["system"] === system).map(({ alert }) => alert);

describe("rules for Prometheus", () => {
  it("are a file for each system and one for the stack, the same each time", () => {
    const files = renderPrometheusRules(input);
    assert.deepEqual(Object.keys(files), ["mps.yml", "fetms.yml", "memo.yml", "motel.yml", "sms.yml", "stack.yml"]);
    assert.deepEqual(renderPrometheusRules(input), files);
    assert.deepEqual(Object.keys((parse(files["mps.yml"] ?? "") as { groups: object[] }).groups[0] ?? {}), ["name", "rules"]);
  });

  it("carry what routing, silencing and people go by", () => {
    for (const { alert, labels, annotations } of alerts(input)) {
      assert.match(alert, /^[A-Z][A-Za-z0-9]+$/);
      for (const label of ["severity", "system"]) assert.ok(labels[label], `${alert} ${label}`);
      if (alert !== "Escalated") for (const label of ["class", "topic"]) assert.ok(labels[label], `${alert} ${label}`);
      for (const text of ["summary", "description", "command", "runbook", "value"]) assert.ok(annotations[text], `${alert} ${text}`);
    }
  });

  it("exist once for each system, severity and alert", () => {
    const keys = alerts(input).map(({ alert, labels, expr }) => [alert, labels["system"], labels["severity"], alert === "Escalated" ? expr : ""].join());
    assert.equal(new Set(keys).size, keys.length);
  });

  it("put nothing into a sentence that the alert doesn't have", () => {
    for (const row of rows) {
      const { labels, fixed = {} } = expressionOf(row, input);
      const known = ["title", "value", "threshold", "system", ...labels, ...Object.keys(fixed)];
      const command = commandText(row.command, { stack: "prod", system: row.system });
      for (const text of [row.summary, row.description, command]) for (const word of placeholders(text)) assert.ok(known.includes(word), `${row.system} ${row.id}: {${word}} in "${text}"`);
    }
  });

  it("say what is wrong in a line that fits a phone, and end it without a full stop", () => {
    for (const { summary, id } of rows) assert.ok(summary.length <= 130 && !summary.endsWith("."), `${id}: ${summary.length}`);
  });

  it("give a command that a shell can read, with its labels filled in", () => {
    const commands = [...new Set(alerts({ ...input, engineHost: "ssh://deploy@host.example.org" }).map(({ annotations }) => annotations["command"] ?? ""))];
    for (const command of commands) {
      const filled = command.replace(/\{\{ \$labels\.\w+ \}\}/g, "backend");
      assert.ok(!filled.includes("{{"), command);
      execFileSync("bash", ["-n", "-c", filled]);
    }
    assert.ok(commands.some((command) => command.includes("docker -H ssh://deploy@host.example.org system df")));
    assert.ok(commands.filter((command) => command.startsWith("npx stackbook --stack prod ")).length > 40, "our own commands know the engine");
    assert.ok(commands.some((command) => command.startsWith("ssh ssh://deploy@host.example.org 'df")));
    assert.ok(!commands.some((command) => /(^|[ (;|])docker (?!-H|image|volume)/.test(command)), "every docker asks that engine");
  });

  it("read the metrics that the catalogue says, by way of what is recorded", () => {
    for (const row of rows) {
      const read = metricsOfMeasure(row.measure);
      for (const name of read) assert.ok(metricOfSeries(name), `${row.id}: nothing exports ${name}`);
      const { value, also = "", only } = expressionOf(row, input);
      for (const expr of [value, also, ...only.map((each) => each.expr)].filter((text) => text !== "")) {
        for (const name of metricNamesIn(expr)) {
          const ours = (Object.values(recorded) as string[]).includes(name);
          // `up` and the number of probes are asked besides, to know whether silence means anything.
          assert.ok(ours || read.includes(name) || ["up", "probe_success"].includes(name), `${row.id} reads ${name}`);
        }
      }
    }
  });
});

describe("what a stack doesn't have", () => {
  it("has no alerts: no Redis, no logs, no backups, no system", () => {
    const { backup: _none, ...fetms } = watched("fetms");
    const given: RulesInput = { ...input, systems: [{ ...fetms, redis: false }], jobs: everything.jobs.filter((job) => !["loki", "collector", "containers"].includes(job)) };
    const of = names(given, "fetms");
    for (const gone of ["CacheDown", "CacheUnwatched", "BackupAge", "BackupAgentMissing", "DrillOverdue", "ContainerMemory"]) assert.ok(!of.includes(gone), gone);
    assert.ok(of.includes("DatabaseDown"));
    for (const gone of ["LokiUnwatched", "LogsLost"]) assert.ok(!names(given, "stack").includes(gone), gone);
    assert.deepEqual(Object.keys(ruleFiles(given)), ["fetms", "stack"]);
    assert.ok(!names({ ...input, systems: [] }, "stack").includes("BlackboxUnwatched"));
  });

  it("asks for as many replicas as are declared", () => {
    const given: RulesInput = { ...input, systems: [{ ...watched("sms"), replicas: { backend: 4, frontend: 1 } }] };
    const rules = alerts(given).filter(({ alert, labels }) => /^(BackendReplicasMissing|BackendUnwatched|FrontendReplicasMissing)$/.test(alert) && labels["severity"] === "ticket");
    assert.deepEqual(rules.map(({ alert, expr }) => [alert, expr.slice(expr.lastIndexOf("<"))]), [["BackendReplicasMissing", "< 4"], ["BackendUnwatched", "< 4"]]);
  });

  it("has a page for a P2 after as many minutes as are configured", () => {
    const [rule] = alerts({ ...input, escalationMinutes: 45 }).filter(({ alert, labels }) => alert === "Escalated" && labels["system"] === "mps");
    assert.equal(rule?.for, "45m");
    assert.deepEqual(rule?.labels, { severity: "page", level: "P1", system: "mps", escalated: "true" });
  });
});

describe("windows", () => {
  it("hold four readings at least", () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 4320 }), fc.integer({ min: 5, max: 300 }), (minutes, scrapeSeconds) => {
      const window = windowMinutes(minutes, scrapeSeconds);
      assert.ok(window >= minutes && window * 60 >= 4 * scrapeSeconds);
      if (minutes * 60 >= 4 * scrapeSeconds) assert.equal(window, minutes);
    }));
  });
});

describe("hours of expected load", () => {
  /** Works out `vector(time() + 3600 + 3600 * (time() >= bool 123))`, which is all that is used. */
  function localSeconds(timeZone: string, at: number): number {
    const expr = expectedLoadRules("sms", timeZone)[0]?.expr ?? "";
    const terms = [...expr.matchAll(/ ([+-]) (\d+)(?: \* \(time\(\) >= bool (\d+)\))?/g)];
    assert.equal(`vector(time()${terms.map(([term]) => term).join("")})`, expr);
    return terms.reduce((sum, [, sign, seconds, from]) => sum + (from === undefined || at >= Number(from) ? Number(`${sign ?? ""}${seconds ?? ""}`) : 0), at);
  }

  it("follow a zone's changes of clock", () => {
    const zones = fc.constantFrom("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Africa/Casablanca", "America/Sao_Paulo");
    const moment = fc.integer({ min: Date.UTC(2026, 0, 2) / 1000, max: Date.UTC(2037, 11, 30) / 1000 });
    fc.assert(fc.property(zones, moment, (timeZone, at) => {
      const parts = Object.fromEntries(
        new Intl.DateTimeFormat("en-US", { timeZone, hourCycle: "h23", hour: "numeric", minute: "numeric", weekday: "short" }).formatToParts(at * 1000).map(({ type, value }) => [type, value]),
      );
      const local = new Date(localSeconds(timeZone, at) * 1000);
      assert.equal(local.getUTCHours(), Number(parts["hour"]));
      assert.equal(local.getUTCMinutes(), Number(parts["minute"]));
      assert.equal(["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"][local.getUTCDay()], parts["weekday"]);
    }), { numRuns: 300 });
  });

  it("are SMS's school hours; the other runbooks have none", () => {
    assert.equal(expectedLoadRules("sms", "UTC")[0]?.expr, "vector(time())");
    assert.match(expectedLoadRules("sms", "UTC")[1]?.expr ?? "", />= bool 28800\) \* .*< bool 57600\) \* .*== bool 1\).*== bool 5\)/);
    assert.deepEqual(expectedLoadRules("mps", "UTC"), []);
  });

  it("are the stack file's where it has some, and none where it says so", () => {
    assert.match(expectedLoadRules("sms", "UTC", { days: ["sunday"], from: "09:30", to: "12:00" })[1]?.expr ?? "", />= bool 34200\) \* .*< bool 43200\) \* \(\(day_of_week\(.*\) == bool 0\)\)$/);
    assert.deepEqual(expectedLoadRules("sms", "UTC", false).map(({ expr, labels }) => [expr, labels]), [["vector(0)", { system: "sms" }]]);
  });
});
