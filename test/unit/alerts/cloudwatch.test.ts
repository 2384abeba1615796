import assert from "node:assert/strict";
import { alertRows } from "../../../alerts";
import { muteRules, renderCloudWatch, type CloudWatchInput, type MetricAlarm } from "../../../alerts/cloudwatch";
import { exampleInput } from "../../../alerts/cloudwatch/example";
import { alarmCosts } from "../../../alerts/cloudwatch/prices";
import { expectedLoadCondition } from "../../../alerts/cloudwatch/expectedLoad";
import { readLimit, severitiesOf } from "../../../alerts/units";
import { isBeyond, valueOf, type Figures } from "./metricMath";

const all = renderCloudWatch(exampleInput);
const rendered = (more: Partial<CloudWatchInput<string>> = {}) => renderCloudWatch({ ...exampleInput, ...more });
const alarm = (name: string, from = all): MetricAlarm<string> => from.alarms.find((each) => each.name === name) ?? assert.fail(`no alarm ${name} among ${from.alarms.map((each) => each.name).join(", ")}`);
const told = (name: string) => all.composites.find((each) => each.name === `${name}-told`) ?? assert.fail(`no composite for ${name}`);
const traffic = (requests: number, failed: number, seconds = 0.1): Figures => (name, stat) =>
  ({ requests, "failed-5xx": failed === 0 ? undefined : failed, milliseconds: stat === "SampleCount" ? requests : 1000 * seconds, RunningTaskCount: 1 })[name];

describe("the catalogue as CloudWatch's alarms", () => {
  it("has every alert of it, as alarms or with a reason", () => {
    const rows = alertRows(exampleInput);
    for (const { id, system } of rows) {
      const judged = all.alarms.filter((each) => each.system === system && each.alert === id);
      const reasons = all.unjudged.filter((each) => each.system === system && each.alert === id);
      assert.ok((judged.length > 0) !== (reasons.length === 1), `${system} ${id}: ${judged.length} alarms, ${reasons.length} reasons`);
      for (const { why } of reasons) assert.match(why, /^[A-Z].{20,}\.$/);
    }
    assert.equal(all.unjudged.every(({ alert, system }) => rows.some((row) => row.id === alert && row.system === system)), true);
  });

  it("has an alarm for each severity of a row, at the row's threshold", () => {
    for (const row of alertRows(exampleInput)) {
      const own = all.alarms.filter((each) => each.system === row.system && each.alert === row.id);
      if (own.length === 0) continue;
      const { direction, thresholds } = readLimit(row.limit);
      assert.deepEqual(new Set(own.map(({ severity }) => severity)), new Set(severitiesOf(row.limit)));
      for (const each of own) assert.deepEqual([each.threshold, each.comparison], [thresholds[each.severity], direction === "above" ? "GreaterThanThreshold" : "LessThanThreshold"], each.name);
    }
  });

  it("keeps to what CloudWatch takes: names, texts, periods, metrics of one alarm", () => {
    const names = [...all.alarms, ...all.composites].map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
    for (const { name, description } of [...all.alarms, ...all.composites]) {
      assert.match(name, /^[a-z0-9-]{1,255}$/);
      assert.ok(description.length <= 1024, `${name}: ${description.length}`);
      assert.match(description, /\nRun: \S.*\nRunbook: \S/);
      assert.doesNotMatch(description, /[{}]value|\{[a-z_]+\}|undefined|docker|Docker/, name);
    }
    for (const each of all.alarms) {
      const metrics = each.queries.flatMap(({ metric }) => metric ?? []);
      assert.ok(metrics.length >= 1 && metrics.length <= 10, each.name);
      assert.equal(each.queries.filter(({ returnData }) => returnData).length, 1);
      for (const { period } of metrics) {
        assert.ok(period % 60 === 0 && period <= 86_400, each.name);
        assert.ok(period * each.evaluationPeriods <= (period >= 3600 ? 7 * 86_400 : 86_400), `${each.name} looks back too far`);
      }
      for (const { expression = "" } of each.queries) assert.ok(expression.length <= 1024, `${each.name}: ${expression.length}`);
    }
    for (const { name, rule } of all.composites) assert.ok(rule.length <= 10_240, name);
  });

  it("says nothing of one failed request at night, and something of five in a hundred (M1)", () => {
    const page = alarm("prod-motel-error-rate-page-backend");
    assert.equal(isBeyond(page, valueOf(page, traffic(1, 1))), false);
    assert.equal(isBeyond(page, valueOf(page, traffic(49, 49))), false);
    assert.equal(isBeyond(page, valueOf(page, traffic(100, 4))), false);
    assert.equal(valueOf(page, traffic(100, 6)), 6);
    assert.equal(isBeyond(page, valueOf(page, traffic(100, 6))), true);
    assert.equal(isBeyond(page, valueOf(page, traffic(100, 0))), false);
    assert.deepEqual([page.evaluationPeriods, page.missing], [1, "notBreaching"]);
  });

  it("judges response times in milliseconds, by method too, once enough requests have come", () => {
    const one = alarm("prod-motel-response-time-ticket-backend");
    assert.equal(isBeyond(one, valueOf(one, traffic(60, 0, 0.4))), false);
    assert.equal(isBeyond(one, valueOf(one, traffic(60, 0, 0.6))), true);
    assert.equal(isBeyond(one, valueOf(one, traffic(40, 0, 0.6))), false);
    assert.deepEqual(alarm("prod-fetms-response-time-get-digest-backend").queries.flatMap(({ metric }) => (metric === undefined ? [] : [[metric.metricName, metric.stat]])), [["milliseconds-read", "p95"], ["milliseconds-read", "SampleCount"]]);
  });

  it("counts the edge's log by the rules of Docker's: classes, methods, logins, what takes long on purpose", () => {
    const pattern = (metric: string): string => all.filters.find(({ metricName }) => metricName === metric)?.pattern.join("") ?? assert.fail(metric);
    assert.equal(pattern("requests"), '{ ($.kind = "access") }');
    assert.equal(pattern("failed-5xx"), '{ ($.kind = "access") && ($.status >= 500) && ($.status < 600) }');
    assert.equal(pattern("milliseconds"), '{ ($.kind = "access") && ($.status != 101) && ($.totalMs >= 0) && ($.path != "/socket.io*") }');
    assert.match(pattern("failed-logins"), /\(\$\.path = "\*\/login" \|\| /);
    assert.equal(all.filters.find(({ metricName }) => metricName === "milliseconds")?.value, "$.totalMs");
    assert.deepEqual(all.filters.find(({ metricName }) => metricName === "requests")?.dimensions, { System: "$.system", Service: "$.service" });
    for (const { name, pattern: parts } of all.filters) assert.ok(parts.join("").length <= 1024, name);
    assert.equal(new Set(all.filters.map(({ name }) => name)).size, all.filters.length);
    // Nothing is looked at that nobody counts.
    const own = all.alarms.flatMap(({ queries }) => queries.flatMap(({ metric }) => (metric?.namespace === "Stackbook/prod" ? [metric.metricName] : [])));
    assert.deepEqual([...new Set(own)].filter((name) => !all.filters.some(({ metricName }) => metricName === name)), []);
  });

  it("sees guessing of passwords, the edge down, and a log that nobody counts", () => {
    const guessing = alarm("prod-mps-password-guessing-ticket");
    assert.equal(valueOf(guessing, (_, __, { Service }) => (Service === "backend" ? 200 : undefined)), 40);
    const edge = alarm("prod-stack-edge-down-page");
    assert.deepEqual([isBeyond(edge, valueOf(edge, () => 1)), isBeyond(edge, valueOf(edge, () => 0)), isBeyond(edge, valueOf(edge, () => undefined))], [false, true, true]);
    const unread = alarm("prod-stack-edge-log-unread-ticket");
    const read = (came: number, lines: number | undefined): boolean => isBeyond(unread, valueOf(unread, (name) => (name === "RequestCount" ? came : lines)));
    assert.deepEqual([read(100, 99), read(100, undefined), read(10, undefined)], [false, true, false]);
  });

  it("calls a service down that no container serves, tells nothing, or fails every request", () => {
    const down = alarm("prod-mps-service-down-page-backend");
    const on = (healthy: number | undefined, requests: number, failed: number): boolean => isBeyond(down, valueOf(down, (name) => ({ RunningTaskCount: healthy, requests, "failed-5xx": failed })[name]));
    assert.deepEqual([on(2, 100, 3), on(1, 0, 0), on(0, 0, 0), on(undefined, 0, 0), on(2, 100, 100)], [false, false, true, true, true]);
  });

  it("takes a database that tells nothing for one that is down", () => {
    const down = alarm("prod-motel-database-down-page");
    assert.equal(isBeyond(down, valueOf(down, () => undefined)), true);
    assert.equal(isBeyond(down, valueOf(down, () => 1)), false);
    const cluster = alarm("prod-mps-database-down-page");
    assert.equal(isBeyond(cluster, valueOf(cluster, (_, __, { DBInstanceIdentifier }) => (DBInstanceIdentifier === "prod-mps-1" ? 1 : undefined))), false);
  });

  it("sees a disk fill up before it is full", () => {
    const forecast = alarm("prod-stack-host-disk-forecast-ticket-motel");
    const gib = 1024 ** 3;
    const from = (before: number, now: number): number => valueOf(forecast, () => now * gib, undefined, () => before * gib);
    // A gibibyte in six hours: eight are left for two days.
    assert.equal(Math.round(from(9, 8)), 2);
    assert.deepEqual([from(8, 8), from(19, 18)], [365, 365]);
    const full = alarm("prod-stack-host-disk-page-motel");
    assert.equal(Math.round(valueOf(full, () => 1 * gib)), 95);
  });

  it("counts low throughput in hours of load alone, by a clock that is changed twice a year", () => {
    const low = alarm("prod-sms-low-throughput-page");
    const at = (day: number, hour: number, requests: number): boolean => isBeyond(low, valueOf(low, traffic(requests, 0), new Date(Date.UTC(2026, 10, day, hour, 30))));
    // Monday the 23rd; 08:00-16:00 in Berlin is 07:00-15:00 UTC in winter, 06:00-14:00 in summer: 07:00-14:00 is both.
    assert.deepEqual([at(23, 7, 10), at(23, 6, 10), at(23, 13, 10), at(23, 14, 10), at(22, 10, 10), at(23, 10, 30_000)], [true, false, true, false, false, false]);
    assert.equal(expectedLoadCondition({ days: ["monday"], from: "02:00", to: "03:00" }, "Asia/Tokyo", "m0"), "((DAY(m0) == 7) AND HOUR(m0) * 60 + MINUTE(m0) >= 1020 AND HOUR(m0) * 60 + MINUTE(m0) < 1080)");
    assert.match(rendered({ expectedLoad: { sms: false } }).unjudged.find(({ alert }) => alert === "low-throughput")?.why ?? "", /No hours of load/);
  });

  it("holds SMS's promise by the share of requests that took half a second at most", () => {
    const [long = assert.fail(), short = assert.fail()] = all.alarms.filter(({ alert }) => alert === "slo-latency-fast");
    // 80 % within half a second: 20 % of a budget of 5 % is four times too fast.
    const value = valueOf(long, (_, stat) => (stat === "SampleCount" ? 500 : 80));
    assert.equal(Math.round(value * 10) / 10, 4);
    assert.deepEqual([long.queries[0]?.metric?.period, short.queries[0]?.metric?.period], [3600, 300]);
    assert.equal(isBeyond(long, valueOf(long, (_, stat) => (stat === "SampleCount" ? 500 : 20))), true);
    assert.match(told(long.name).rule, /^ALARM\("prod-sms-slo-latency-fast-page-60m"\) AND ALARM\("prod-sms-slo-latency-fast-page-5m"\) AND NOT \(/);
  });

  it("keeps back what a system that is down explains, and a ticket that its page explains (M3)", () => {
    const page = told("prod-motel-response-time-page-backend");
    assert.match(page.rule, /^ALARM\("prod-motel-response-time-page-backend"\) AND NOT \(/);
    for (const name of ["prod-motel-service-down-page-backend", "prod-motel-backend-replicas-missing-page"]) assert.ok(page.of.includes(name), name);
    assert.ok(!page.of.some((name) => name.startsWith("prod-mps")), "another system explains nothing");
    assert.ok(told("prod-motel-error-rate-ticket-backend").of.includes("prod-motel-error-rate-page-backend"));
    assert.ok(!told("prod-motel-error-rate-ticket-backend").of.includes("prod-motel-error-rate-page-frontend"));
    // What tells is the composite alone; what nothing explains tells by itself.
    assert.ok(!all.telling.page.includes("prod-motel-response-time-page-backend"));
    assert.ok(all.telling.page.includes("prod-motel-response-time-page-backend-told"));
    assert.ok(all.telling.page.includes("prod-motel-service-down-page-backend"));
    assert.ok(all.telling.ticket.includes("prod-motel-container-memory-ticket-backend-told"));
  });

  it("makes a P2 of MPS a page after thirty minutes more (M2)", () => {
    const [ticket, later] = [alarm("prod-mps-error-rate-ticket-backend"), alarm("prod-mps-error-rate-escalated-backend")];
    assert.deepEqual([ticket.evaluationPeriods, later.evaluationPeriods, later.severity], [1, 7, "page"]);
    assert.match(later.description, /^PAGE \(P2 open for 30 minutes: a P1 now\): /);
    assert.equal(all.alarms.some(({ name }) => name.startsWith("prod-mps-container-memory-escalated")), false);
  });

  it("counts ends and kills of containers, deadlocks and slow operations in logs", () => {
    assert.deepEqual(all.filters.find(({ metricName }) => metricName === "motel-backend-ended"), {
      name: "prod-motel-backend-ended-0", logGroup: "/stackbook/prod/stack/events", namespace: "Stackbook/prod", metricName: "motel-backend-ended", value: "1",
      pattern: ['{ ($.detail.lastStatus = "STOPPED") && ($.detail.stopCode = "EssentialContainerExited") && ($.detail.group = "service:', "motel-backend-a", '") }'],
    });
    for (const name of ["out-of-memory", "motel-deadlocks", "fetms-slow-operations"]) {
      assert.ok(all.filters.some(({ metricName }) => metricName === name), name);
      assert.ok(all.alarms.some(({ queries }) => queries.some(({ metric }) => metric?.metricName === name)), name);
    }
  });

  it("says what to run on AWS, and where the runbook has it", () => {
    const { description } = alarm("prod-motel-error-rate-page-frontend", rendered({ runbookUrl: "https://runbook.example.org" }));
    assert.match(description, /^PAGE \(critical\): Motel Manager fails: more than 5 % of the requests to frontend end in an error, 5 % is the limit\.\n/);
    assert.match(description, /\nRun: aws logs tail \/stackbook\/prod\/stack\/edge --since 15m --filter-pattern '\{ \(\$\.kind = "access"\) && \(\$\.system = "motel"\) && \(\$\.status >= 500\)/);
    assert.match(description, /\nRunbook: https:\/\/runbook\.example\.org\/motel\.md#error-rate \(from motel\.md, /);
  });

  it("takes the stack file's thresholds", () => {
    const own = rendered({ thresholds: { motel: { "response-time": { ticket: 700 } } } });
    assert.equal(alarm("prod-motel-response-time-ticket-backend", own).threshold, 700);
    assert.match(alarm("prod-motel-response-time-ticket-backend", own).description, /700 ms is the limit/);
  });

  it("is for the systems that run, and gives a reason where a part isn't there", () => {
    const { fetms = assert.fail() } = exampleInput.places.systems;
    const some = rendered({
      systems: exampleInput.systems.filter(({ id }) => id === "fetms"),
      places: { ...exampleInput.places, systems: { fetms: { ...fetms, services: { backend: fetms.services.backend ?? assert.fail() } } } },
    });
    assert.deepEqual(new Set(some.alarms.map(({ system }) => system)), new Set(["fetms", "stack"]));
    assert.match(some.unjudged.find(({ alert }) => alert === "frontend-replicas-missing")?.why ?? "", /No container serves it here/);
    assert.match(some.unjudged.find(({ alert }) => alert === "host-disk")?.why ?? "", /grows by itself/);
  });
});

describe("what alarms cost", () => {
  it("is counted from what is rendered: each metric of an alarm, each composite, each figure of each service", () => {
    const { alarms, composites, filters } = all;
    const [first = assert.fail()] = alarms;
    const [composite = assert.fail()] = composites;
    const traffic = filters.find(({ dimensions }) => dimensions !== undefined) ?? assert.fail();
    const some = { ...all, alarms: [first], composites: [composite], filters: [traffic] };
    assert.deepEqual(alarmCosts(some, 2).map(({ count }) => count), [first.queries.filter(({ metric }) => metric !== undefined).length, 1, 6, 1]);
    assert.equal(alarmCosts(some, 2).reduce((sum, { usd }) => sum + usd, 0).toFixed(2), "5.50");
  });
});

describe("times at which alarms wait", () => {
  const alarms = [...all.alarms.slice(0, 3), { name: "prod-motel-guessing", class: "security", system: "motel" } as const];
  const patches = { name: "patches", systems: "all", days: ["saturday", "sunday"], from: "23:00", to: "01:30" } as const;

  it("are weekly, in the window's own time zone, over midnight; security never waits", () => {
    assert.deepEqual(muteRules({ stack: "prod", timeZone: "Europe/Berlin", maintenance: [patches], closed: [], alarms }), [
      { name: "prod-maintenance-patches", expression: "cron(0 23 * * SAT,SUN)", duration: "PT2H30M", timeZone: "Europe/Berlin", alarms: all.alarms.slice(0, 3).map(({ name }) => name) },
    ]);
    assert.deepEqual(muteRules({ stack: "prod", timeZone: "UTC", maintenance: [{ ...patches, systems: ["sms"] }], closed: [], alarms }), []);
  });

  it("are of at most a hundred alarms each", () => {
    const many = Array.from({ length: 201 }, (_, index) => ({ name: `alarm-${index}`, class: "errors", system: "motel" } as const));
    assert.deepEqual(muteRules({ stack: "prod", timeZone: "UTC", maintenance: [patches], closed: [], alarms: many }).map(({ alarms: names, name }) => [name, names.length]), [
      ["prod-maintenance-patches", 100], ["prod-maintenance-patches-2", 100], ["prod-maintenance-patches-3", 1],
    ]);
  });

  it("are once, while a system is closed", () => {
    const [rule] = muteRules({ stack: "prod", timeZone: "UTC", maintenance: [], alarms: all.alarms, closed: [{ system: "motel", from: "2026-11-22T02:00:00.000Z", until: "2026-11-22T04:00:00.000Z" }] });
    assert.deepEqual([rule?.expression, rule?.duration], ["at(2026-11-22T02:00)", "PT2H"]);
    assert.ok(rule?.alarms.every((name) => name.startsWith("prod-motel-")));
  });
});
