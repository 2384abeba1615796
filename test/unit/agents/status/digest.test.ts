import assert from "node:assert/strict";
import { firedAlerts, firedQuery } from "../../../../agents/status/src/digest/episodes";
import { digestMessage, percent, type Report } from "../../../../agents/status/src/digest/text";
import type { ActiveAlert, Range } from "../../../../agents/status/src/prometheus";
import { statusConfig } from "./support";

const config = statusConfig();
const from = new Date("2026-11-20T06:00:00Z");
const to = new Date("2026-11-21T06:00:00Z");

const active = (labels: Record<string, string>, summary?: string): ActiveAlert => ({ labels, summary, since: new Date("2026-11-21T05:25:00Z") });

/** A series that had a value every minute between the given times of day (UTC, 20 Nov 06:00 to 21 Nov 06:00). */
function series(labels: Record<string, string>, ...spans: readonly (readonly [string, string])[]): Range {
  const second = (clock: string): number => Date.parse(`2026-11-${clock < "06:01" && clock !== "06:00" ? "21" : "20"}T${clock}:00Z`) / 1000;
  const times = spans.flatMap(([start, end]) => {
    const first = second(start);
    const last = end === "end" ? to.getTime() / 1000 : second(end);
    return Array.from({ length: (last - first) / 60 + 1 }, (_, at) => first + at * 60);
  });
  return { labels: { alertstate: "firing", ...labels }, times };
}

const memoDown = { alertname: "ServiceDown", severity: "page", system: "memo", service: "backend" };

function report(change: Partial<Report> = {}): Report {
  return { from, to, fired: [], firing: [], notices: [], incidents: [], availability: [], ...change };
}

describe("what fired in a period", () => {
  const fired = (ranges: Range[], firing: ActiveAlert[] = []): ReturnType<typeof firedAlerts> => firedAlerts(ranges, firing, to, 60);

  it("is an alert with each time it fired, and whether it still does", () => {
    const [alert] = fired([series(memoDown, ["10:01", "10:20"], ["12:00", "12:00"], ["05:31", "end"])], [active(memoDown)]);
    assert.equal(alert?.service, "backend");
    assert.deepEqual(alert?.episodes.map(({ from: start, to: end, ongoing }) => [start.toISOString().slice(11, 16), end.toISOString().slice(11, 16), ongoing]), [
      ["10:00", "10:20", false], ["11:59", "12:00", false], ["05:30", "06:00", true],
    ]);
  });

  it("takes several containers of a service for one alert, and a restart of Prometheus for no end", () => {
    const alerts = fired([series({ ...memoDown, container: "a" }, ["10:00", "10:05"]), series({ ...memoDown, container: "b" }, ["10:04", "10:10"], ["10:14", "10:20"])]);
    assert.equal(alerts.length, 1);
    assert.equal(alerts[0]?.episodes.length, 1);
    assert.equal(alerts[0]?.episodes[0]?.to.toISOString(), "2026-11-20T10:20:00.000Z");
  });

  it("is asked for so that what fires for seconds between two steps is seen", () => {
    assert.equal(firedQuery(60), 'max_over_time(ALERTS{alertstate="firing"}[60s])');
  });

  it("leaves out what always fires", () => {
    assert.deepEqual(fired([series({ alertname: "Watchdog", severity: "none" }, ["06:01", "end"])]), []);
  });
});

describe("the daily digest", () => {
  it("says what fires, what ended, what is to be reviewed, and what else happened", () => {
    const firing = [active(memoDown, "MemoApp's backend does not answer")];
    const fired = firedAlerts([
      series({ alertname: "SlowResponses", severity: "ticket", system: "motel" }, ["02:01", "02:21"], ["03:01", "03:11"]),
      series({ alertname: "AnyServerError", severity: "digest", system: "memo" }, ["13:01", "13:05"]),
      series(memoDown, ["05:31", "end"]),
      series({ alertname: "DiskFilling", severity: "ticket", system: "stack" }, ["06:01", "06:31"]),
    ], firing, to, 60);
    const message = digestMessage(report({
      fired, firing,
      notices: [{ id: "n", kind: "deploy", system: "memo", title: "DEPLOY: MemoApp 1.0.0 to 1.1.0", text: "", at: "2026-11-21T05:20:00Z" }],
      availability: [{ title: "MemoApp", ratio: 0.97916 }, { title: "Motel Manager", ratio: undefined }],
    }), config);
    assert.equal(message.title, "Daily digest prod, 21 Nov: 3 fired, 1 still firing, 1 to review");
    assert.equal(message.text, `Stack prod (prod), 20 Nov 08:00 to 21 Nov 08:00 (Europe/Athens)

Alerts: 1 page, 2 ticket, 1 digest

Still firing (1)
  page    MemoApp backend: ServiceDown, since 21 Nov 07:30 (30 min)
    MemoApp's backend does not answer

Fired and ended (2)
  ticket  Motel Manager: SlowResponses, 21 Nov 05:00 to 05:11 (11 min), 2 times
  ticket  stack: DiskFilling, 20 Nov 08:00 to 08:31 (over 31 min)

For review (no alarm was raised) (1)
  digest  MemoApp: AnyServerError, 20 Nov 15:00 to 15:05 (5 min)

Deploys, rollbacks, drills, maintenance (1)
  21 Nov 07:20  DEPLOY: MemoApp 1.0.0 to 1.1.0

Availability (2)
  MemoApp: 97.91 %
  Motel Manager: not checked

Status page: https://status.example.org`);
  });

  it("is sent on a quiet day too, so that its absence is noticed", () => {
    const message = digestMessage(report(), config);
    assert.equal(message.title, "Daily digest prod, 21 Nov: nothing fired");
    assert.match(message.text, /\nNo alert fired\.\n/);
  });

  it("does not call a day quiet of which it knows nothing", () => {
    const message = digestMessage(report({ fired: undefined }), config);
    assert.match(message.title, /alerts unknown$/);
    assert.match(message.text, /ALERTS UNKNOWN: Prometheus did not answer/);
    assert.doesNotMatch(message.text, /No alert fired/);
  });

  it("stays readable in an alert storm", () => {
    const storm = Array.from({ length: 200 }, (_, at) => series({ alertname: `Alert${at}`, severity: "ticket", system: "memo" }, ["10:00", "10:05"]));
    assert.match(digestMessage(report({ fired: firedAlerts(storm, [], to, 60) }), config).text, /Fired and ended \(200\)[\s\S]*\.\.\. and 140 more/);
  });

  it("never rounds a failure away", () => {
    assert.deepEqual([1, 0.99999, 0.995, 0].map(percent), ["100 %", "99.99 %", "99.50 %", "0 %"]);
  });
});
