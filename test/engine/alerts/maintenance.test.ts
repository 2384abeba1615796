import assert from "node:assert/strict";
import { stringify } from "yaml";
import { everything, renderPrometheusRules, watched, type RulesInput } from "../../../alerts";
import { maintenanceRules } from "../../../alerts/prometheus/maintenance";
import { inImage } from "../inImage";

/** promtool's clock begins on Thursday, 1 January 1970, at midnight UTC. */
const at = (minutes: number): string => new Date(minutes * 60_000).toISOString();
const input: RulesInput = {
  ...everything, systems: [watched("sms"), watched("fetms")], stack: "prod", scrapeSeconds: 15, escalationMinutes: 30, timeZone: "UTC", thresholds: {},
  maintenance: [{ name: "thursday", systems: ["fetms"], days: ["thursday"], from: "02:00", to: "03:00", timeZone: "Europe/Berlin" }, { name: "night", systems: ["fetms"], days: ["thursday"], from: "23:30", to: "00:30" }],
  closed: [{ system: "sms", from: at(60), until: at(120) }, { system: "sms", from: at(100 * 1440), until: at(100 * 1440 + 120) }, { system: "sms", from: at(200 * 1440) }],
};

const value = (system: string, minutes: number, is: number) => ({ expr: `system:maintenance:bool{system="${system}"}`, eval_time: `${minutes}m`, exp_samples: [{ labels: `system:maintenance:bool{system="${system}"}`, value: is }] });
const firing = (alerts: string, minutes: number, over: number, is: boolean) => ({
  expr: `count(count_over_time(ALERTS{alertname=~"${alerts}",alertstate="firing",severity=~"page|ticket",system="sms"}[${over}m])) > bool 0`, eval_time: `${minutes}m`, exp_samples: is ? [{ labels: "{}", value: 1 }] : [],
});
const requests = (statusClass: string, values: string) => ({ series: `edge_requests_total{job="edge-log",system="sms",service="backend",method="GET",status_class="${statusClass}"}`, values });
const probe = (values: string) => ({ series: 'probe_success{job="blackbox",system="sms",service="backend",check="health"}', values });

const tests = [
  {
    name: "opens and closes by the clock", interval: "1m", input_series: [],
    promql_expr_test: [value("sms", 59, 0), value("sms", 60, 1), value("sms", 119, 1), value("sms", 120, 0)],
  },
  {
    name: "is remembered for five minutes by what looks back over them", interval: "1m",
    input_series: [probe("1x200"), requests("2xx", "0+60x200"), requests("5xx", "0x60 60+60x59 3600x80")],
    promql_expr_test: [
      { expr: 'service:edge_5xx:share{system="sms"} > bool 0.4', eval_time: "121m", exp_samples: [{ labels: '{system="sms",service="backend"}', value: 1 }] },
      firing("ErrorRate.*|Slo.*", 200, 200, false),
    ],
  },
  {
    name: "excuses nothing that goes on afterwards", interval: "1m",
    input_series: [probe("1x200"), requests("2xx", "0+60x200"), requests("5xx", "0x60 60+60x140")],
    promql_expr_test: [firing("ErrorRate.*", 123, 123, false), firing("ErrorRate.*", 145, 5, true)],
  },
  {
    name: "breaks no promise, as an hour without one would", interval: "1m",
    input_series: [probe("1x59 0x59 1x60"), requests("2xx", "0+600x200")],
    promql_expr_test: [
      { expr: 'slo:bad:share{slo="sms-uptime",window="1h"}', eval_time: "121m", exp_samples: [{ labels: 'slo:bad:share{slo="sms-uptime",system="sms",window="1h"}', value: 0 }] },
      firing("Slo.*", 180, 180, false),
    ],
  },
  {
    name: "leaves a promise broken that is broken outside of it", interval: "1m",
    input_series: [probe("1x119 0x40"), requests("2xx", "0+600x200")],
    promql_expr_test: [{ expr: 'slo:bad:share{slo="sms-uptime",window="30m"} > bool 0.9', eval_time: "155m", exp_samples: [{ labels: '{slo="sms-uptime",system="sms",window="30m"}', value: 1 }] }],
  },
];
const weekly = [
  {
    // Berlin is an hour ahead; the night's second half is Friday's.
    name: "opens and closes every week, in its own zone", interval: "1m", input_series: [],
    promql_expr_test: [value("fetms", 59, 0), value("fetms", 60, 1), value("fetms", 119, 1), value("fetms", 120, 0), value("fetms", 23 * 60 + 29, 0), value("fetms", 23 * 60 + 30, 1), value("fetms", 24 * 60 + 29, 1), value("fetms", 24 * 60 + 30, 0)],
  },
];
const monthsAhead = [{
  name: "opens in months' time, and for good", interval: "1h", input_series: [],
  promql_expr_test: [value("sms", 100 * 1440 - 60, 0), value("sms", 100 * 1440, 1), value("sms", 100 * 1440 + 120, 0), value("sms", 200 * 1440 - 60, 0), value("sms", 200 * 1440, 1), value("sms", 230 * 1440, 1)],
}];

describe("maintenance to Prometheus", function () {
  this.timeout(120_000);
  const file = (evaluation_interval: string, list: readonly object[]): string => yaml({ rule_files: ["*.rules.yml"], evaluation_interval, tests: list });
  const own = (system: "sms" | "fetms"): string => yaml({ groups: [{ name: system, rules: maintenanceRules(system, input) }] });
  // A day or half a year of all rules would take minutes.
  const cases: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    "a window": { "sms.rules.yml": renderPrometheusRules(input)["sms.yml"] ?? "", "it.test.yml": file("1m", tests) },
    "one of each week": { "fetms.rules.yml": own("fetms"), "it.test.yml": file("1m", weekly) },
    "one far off": { "sms.rules.yml": own("sms"), "it.test.yml": file("1h", monthsAhead) },
  };
  for (const [name, files] of Object.entries(cases)) {
    it(`is right about ${name}`, async () => {
      const { code, output } = await inImage("prometheus", "/tmp", files, "promtool check rules --lint=all --lint-fatal *.rules.yml && promtool test rules it.test.yml");
      assert.equal(code, 0, output.slice(-8000));
      assert.match(output, /SUCCESS/);
    });
  }
});

function yaml(value: object): string {
  return stringify(value, { aliasDuplicateObjects: false });
}
