import assert from "node:assert/strict";
import { readExposition } from "../../../../operations/watch/exposition";
import { between, keyOf, meanMs, quantileMs, type Counts, type Figures } from "../../../../operations/watch/figures";
import { judge, percent } from "../../../../operations/watch/judge";
import { limitsOf, type VersionLimit } from "../../../../operations/watch/limits";
import { edgeFigures, logFigures } from "../../../../operations/watch/sources";

const bounds = [0.1, 0.5, 1, 2, Infinity];
/** Requests that all took so many seconds. */
const took = (requests: number, seconds: number, failed = 0): Counts => ({ requests, failed, times: { seconds: requests * seconds, within: bounds.map((bound) => [bound, bound >= seconds ? requests : 0] as const) } });
const backend = (counts: Counts, slot?: string): Figures => new Map([[keyOf("backend", slot), counts]]);
const nobody: Figures = new Map();
const limits: readonly VersionLimit[] = [
  { of: "errors", above: 0.01, minimum: { requests: 50, failures: 5 }, text: "1 %", id: "error-rate" },
  { of: "time", measure: "p95", above: 500, minimum: { requests: 50, failures: 0 }, text: "500 ms", id: "response-time" },
];

describe("the judge of a new version", () => {
  it("finds nothing against one that answers as it should", () => {
    assert.deepEqual(judge({ now: backend(took(200, 0.05)), before: backend(took(500, 0.05)), limits }), { faults: [], judged: true, notes: [] });
  });

  it("finds errors and times beyond the catalogue's thresholds", () => {
    const { faults } = judge({ now: backend(took(200, 0.9, 10)), before: backend(took(500, 0.05)), limits });
    assert.deepEqual(faults, [
      "5.0 % of 200 requests to the backend failed (limit 1 %; 0 % before)",
      "p95 of the backend is 975 ms over 200 requests (limit 500 ms; 95 ms before)",
    ]);
  });

  it("says nothing of too few requests, unless half of them fail", () => {
    const few = judge({ now: backend(took(30, 3, 4)), before: nobody, limits });
    assert.deepEqual([few.judged, few.faults, few.notes], [false, [], ["too few requests to judge it by: 30, of at least 50"]]);
    assert.equal(judge({ now: backend(took(20, 0.05, 10)), before: nobody, limits }).faults.length, 1);
    assert.deepEqual(judge({ now: nobody, before: nobody, limits }).judged, false);
  });

  it("does not blame it for what was as bad before", () => {
    const { faults, notes } = judge({ now: backend(took(200, 0.05, 22)), before: backend(took(200, 0.05, 20)), limits });
    assert.deepEqual(faults, []);
    assert.match(notes.join(), /no worse than before \(10 %\)/);
    assert.equal(judge({ now: backend(took(200, 0.05, 40)), before: backend(took(200, 0.05, 20)), limits }).faults.length, 1);
  });

  it("takes one back below the threshold when it is clearly worse than the one before", () => {
    const clear = judge({ now: backend(took(3000, 0.05, 24)), before: backend(took(3000, 0.05, 1)), limits });
    assert.match(clear.faults.join(), /below the limit of 1 %, but clearly more than before/);
    assert.deepEqual(judge({ now: backend(took(3000, 0.05, 24)), before: backend(took(3000, 0.05, 16)), limits }).faults, [], "chance");
    assert.match(judge({ now: backend(took(100, 0.4)), before: backend(took(100, 0.05)), limits }).faults.join(), /p95 .* below the limit of 500 ms, but clearly more/);
    assert.deepEqual(judge({ now: backend(took(100, 0.09)), before: backend(took(100, 0.02)), limits }).faults, [], "far from the threshold");
  });

  it("compares two slots in the same minutes", () => {
    const now: Figures = new Map([[keyOf("backend", "a"), took(500, 0.05)], [keyOf("backend", "b"), took(100, 0.05, 20)], [keyOf("backend"), took(600, 0.05, 20)]]);
    assert.match(judge({ now, before: now, limits, slot: "b", against: "a" }).faults.join(), /20 % of 100 requests .* 0 % before/);
    assert.deepEqual(judge({ now, before: now, limits, slot: "a", against: "b" }).faults, []);
  });

  it("counts only what came after the first reading, also when a counter began anew", () => {
    assert.deepEqual(between(backend(took(100, 0.05, 3)), backend(took(150, 0.05, 4))).get(keyOf("backend")), took(50, 0.05, 1));
    assert.deepEqual(between(backend(took(100, 0.05)), backend(took(20, 0.05))).get(keyOf("backend"))?.requests, 20);
  });

  it("works out quantiles and means from bounds", () => {
    const times = { seconds: 30, within: [[0.1, 50], [0.5, 100], [1, 100], [Infinity, 100]] as const };
    assert.equal(quantileMs(times, 0.5), 100);
    assert.equal(Math.round(quantileMs(times, 0.95) ?? 0), 460);
    assert.equal(meanMs(times), 300);
    assert.equal(quantileMs({ seconds: 0, within: [] }, 0.95), undefined);
    assert.equal(quantileMs({ seconds: 9, within: [[1, 0], [Infinity, 3]] }, 0.95), 1000, "beyond the last bound: that bound");
  });

  it("writes shares as people read them", () => {
    assert.deepEqual([0, 0.0004, 0.05, 0.5].map(percent), ["0 %", "0.04 %", "5.0 %", "50 %"]);
  });
});

describe("where a new version's requests are counted", () => {
  const text = [
    "# TYPE edge_requests_total counter",
    'edge_requests_total{method="GET",service="backend",slot="b",status_class="2xx",system="motel"} 90',
    'edge_requests_total{method="GET",service="backend",slot="b",status_class="5xx",system="motel"} 10',
    'edge_requests_total{method="GET",service="backend",slot="none",status_class="5xx",system="motel"} 1',
    'edge_requests_total{method="GET",service="edge",slot="none",status_class="4xx",system="motel"} 7',
    'edge_requests_total{method="GET",service="backend",slot="a",status_class="2xx",system="sms"} 5',
    'edge_request_duration_seconds_bucket{method="GET",service="backend",slot="b",status_class="2xx",system="motel",le="0.1"} 60',
    'edge_request_duration_seconds_bucket{method="GET",service="backend",slot="b",status_class="2xx",system="motel",le="+Inf"} 100',
    'edge_request_duration_seconds_sum{method="GET",service="backend",slot="b",status_class="2xx",system="motel"} 12.5',
    "something_else 3",
  ].join("\n");
  const names = new Set(["edge_requests_total", "edge_request_duration_seconds_bucket", "edge_request_duration_seconds_sum"]);

  it("is the edge's log, by service and slot; what no server answered counts for both together", () => {
    const found = logFigures(readExposition(text, names), "motel");
    assert.deepEqual(found.get(keyOf("backend", "b")), { requests: 100, failed: 10, times: { seconds: 12.5, within: [[0.1, 60], [Infinity, 100]] } });
    assert.deepEqual([found.get(keyOf("backend"))?.requests, found.get(keyOf("backend"))?.failed], [101, 11]);
    assert.deepEqual([...found.keys()].sort(), ["backend *", "backend b"]);
  });

  it("is HAProxy itself where nothing is watched, over all of a service's routes", () => {
    const lines = ['haproxy_backend_http_responses_total{proxy="motel_backend",code="2xx"} 8', 'haproxy_backend_http_responses_total{proxy="motel_backend",code="5xx"} 2', 'haproxy_backend_http_responses_total{proxy="motel_backend_sticky_websocket",code="2xx"} 1', 'haproxy_server_http_responses_total{proxy="motel_backend",server="a-0",code="5xx"} 1', 'haproxy_backend_http_responses_total{proxy="no_route",code="4xx"} 9'];
    const found = edgeFigures(readExposition(lines.join("\n"), new Set(["haproxy_backend_http_responses_total", "haproxy_server_http_responses_total"])), "motel");
    assert.deepEqual(found.get(keyOf("backend")), { requests: 11, failed: 2, times: undefined });
    assert.deepEqual(found.get(keyOf("backend", "a")), { requests: 1, failed: 1, times: undefined });
    assert.equal(found.size, 2);
  });

  it("is judged by each system's own thresholds", () => {
    const of = (system: "motel" | "mps" | "fetms"): string[] => limitsOf({ outputs: {} }, system).map(({ above, measure = "", of: what, service = "" }) => `${what} ${measure} ${service} ${above}`);
    assert.deepEqual(of("motel").sort(), ["errors   0.01", "time p95  500"]);
    assert.deepEqual(of("mps").sort(), ["errors   0.05", "time mean  2000"]);
    assert.deepEqual(of("fetms").sort(), ["errors   0.01", "time p95 backend 1000"], "targets for review take nothing back");
  });
});
