import assert from "node:assert/strict";
import { parse } from "yaml";
import { everything, renderPrometheusRules } from "../../../alerts";
import { appliesTo, businessMetrics, edgeBuckets, metricOfSeries, metrics, seriesNames } from "../../../alerts/metrics";
import { systemIds, systems } from "../../../systems";
import { metricNamesIn } from "../../support/promql";

describe("the inventory of metrics", () => {
  it("has every name once, and every label of a metric once", () => {
    const names = metrics.flatMap(seriesNames);
    assert.equal(new Set(names).size, names.length);
    for (const { name, labels } of metrics) assert.equal(new Set(labels).size, labels.length, name);
  });

  it("has the families that each system exports, and no others", () => {
    for (const id of systemIds) {
      const families = systems[id].services.backend.metrics.flatMap((endpoint) => endpoint.families).filter((name) => name.startsWith(`${id}_`));
      assert.deepEqual(businessMetrics(id).map(({ name }) => name).sort(), [...families].sort(), id);
    }
  });

  it("keeps Prometheus's conventions: a counter of ours ends in _total, a time in _seconds, a size in _bytes", () => {
    const ours = metrics.filter(({ name }) => /^(edge|stackbook)_/.test(name));
    for (const { name, type, unit } of ours) {
      if (type === "counter") assert.match(name, /_total$/);
      if (unit === "timestamp") assert.match(name, /_timestamp_seconds$/);
      if (type === "gauge" && unit === "seconds") assert.match(name, /_seconds$/);
      if (unit === "bytes") assert.match(name, /_bytes(_total)?$/);
    }
  });

  it("finds a metric by the name of a series", () => {
    assert.equal(metricOfSeries("edge_request_duration_seconds_bucket")?.name, "edge_request_duration_seconds");
    assert.equal(metricOfSeries("edge_request_duration_seconds"), undefined); // a histogram has no series of its bare name
    assert.equal(metricOfSeries("up")?.job, "any");
  });

  it("knows which systems have a metric", () => {
    const having = (name: string, id: "mps" | "sms", redis: boolean) => appliesTo(metricOfSeries(name)!, { id, engine: systems[id].database.engine, redis });
    assert.ok(having("mongodb_up", "mps", true));
    assert.ok(!having("mongodb_up", "sms", false));
    assert.ok(!having("redis_up", "sms", false));
    assert.ok(!having("nodejs_heap_size_used_bytes", "sms", false));
    assert.ok(!having("mps_logins_total", "sms", false));
  });

  it("has a bucket at every threshold of the runbooks on response time", () => {
    for (const seconds of [0.2, 0.5, 1, 2, 3, 5]) assert.ok(edgeBuckets.includes(seconds as never), String(seconds));
  });
});

describe("the rules of a stack with everything", () => {
  interface RuleFile {
    readonly groups: readonly { readonly rules: readonly { readonly record?: string; readonly alert?: string; readonly expr: string; readonly labels?: Readonly<Record<string, string>> }[] }[];
  }
  const files = renderPrometheusRules({ ...everything, stack: "prod", scrapeSeconds: 15, escalationMinutes: 30, timeZone: "UTC", thresholds: {}, maintenance: [], closed: [] });
  const rules = Object.values(files).flatMap((text) => (parse(text) as RuleFile).groups.flatMap((group) => group.rules));
  const recorded = new Set(rules.flatMap(({ record }) => record ?? []));

  it("name only metrics that something exports, and what other rules have recorded", () => {
    assert.ok(rules.length > 100, String(rules.length));
    for (const { alert, record, expr } of rules) {
      for (const name of metricNamesIn(expr)) assert.ok(metricOfSeries(name) !== undefined || recorded.has(name), `${alert ?? record}: nothing exports ${name}`);
    }
  });

  it("name for each system only metrics that it has", () => {
    for (const { alert, record, expr } of rules) {
      const id = systemIds.find((each) => expr.includes(`system="${each}"`));
      if (id === undefined) continue;
      for (const name of metricNamesIn(expr)) {
        const metric = metricOfSeries(name);
        const facts = { id, engine: systems[id].database.engine, redis: systems[id].redis !== undefined };
        assert.ok(metric === undefined || appliesTo(metric, facts), `${alert ?? record}: ${id} has no ${name}`);
      }
    }
  });
});

describe("the names in a query", () => {
  it("are those of its series, not of its functions and labels", () => {
    const query = `histogram_quantile(0.95, sum by (le, system) (rate(edge_request_duration_seconds_bucket{system="mps"}[5m]))) > 2 and on(system) system:requests:rate5m > 1 unless up == 0`;
    assert.deepEqual(metricNamesIn(query), ["edge_request_duration_seconds_bucket", "system:requests:rate5m", "up"]);
  });

  it("are not guessed from broken text", () => {
    assert.throws(() => metricNamesIn("rate(edge_requests_total[5m]"), /Not PromQL/);
    assert.throws(() => metricNamesIn(`{system="mps"}`), /without a name/);
  });
});
