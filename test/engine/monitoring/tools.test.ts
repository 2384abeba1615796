import { strict as assert } from "node:assert";
import { renderBlackbox } from "../../../components/monitoring/blackbox";
import { renderLoki } from "../../../components/monitoring/loki";
import { renderEdgeProgram } from "../../../components/monitoring/mtail";
import { renderContainerJob, renderPrometheus } from "../../../components/monitoring/prometheus";
import { edgeBuckets } from "../../../alerts/metrics";
import { containers, motel, mps } from "../../unit/monitoring/fixtures";
import { edgeLine, type EdgeLine } from "../../unit/monitoring/edgeLines";
import { inImage, lackOf } from "../inImage";

/** Each tool's own word on what is rendered for it. */
describe("the monitoring's programs", function () {
  this.timeout(120_000);

  const prometheus = renderPrometheus({ stack: "dev", environment: "dev", scrapeSeconds: 15, systems: [motel, mps], parts: ["cadvisor", "loki", "collector", "status"], ruleFiles: [] });

  it("Prometheus takes its configuration, and that of the containers when they are known", async () => {
    const files = { "prometheus.yml": prometheus, "containers/jobs.yml": renderContainerJob(containers), "containers/check.yaml": `scrape_config_files: ["*.yml"]\n` };
    const { code, output } = await inImage("prometheus", "/etc/prometheus", files, "promtool check config prometheus.yml && promtool check config containers/check.yaml");
    assert.equal(code, 0, output);
  });

  it("Prometheus refuses it with the words that an update shows, when it is wrong", async () => {
    const { code, output } = await inImage("prometheus", "/etc/prometheus", { "prometheus.yml": prometheus.replace("scrape_interval: 15s", "scrape_interval: soon") }, "promtool check config prometheus.yml");
    assert.notEqual(code, 0);
    assert.match(output, /soon/);
  });

  it("the blackbox exporter takes its modules", async () => {
    const files = { "blackbox.yml": renderBlackbox({ systems: [motel, mps], trust: { kind: "file", path: "/etc/blackbox/edge.pem" }, timeoutSeconds: 9 }), "edge.pem": "" };
    const { code, output } = await inImage("blackboxExporter", "/etc/blackbox", files, "blackbox_exporter --config.check --config.file=blackbox.yml");
    assert.equal(code, 0, output);
  });

  it("Loki takes its configuration", async function () {
    if (lackOf("loki") !== undefined) this.skip();
    const files = { "loki.yaml": renderLoki({ application: 90, system: 30, audit: 365, backup: 30 }) };
    const { code, output } = await inImage("loki", "/etc/loki", files, "loki -verify-config -config.file=loki.yaml");
    assert.equal(code, 0, output);
  });

  describe("mtail, from lines as the edge writes them", () => {
    let series: Map<string, number>;

    /** Value of one series, its labels in any order. */
    const value = (name: string, labels: Record<string, string>): number | undefined => series.get(key(name, labels));

    before(async () => {
      const lines: readonly EdgeLine[] = [
        ...Array.from({ length: 3 }, () => ({ totalMs: 8, bytesIn: 100, bytesOut: 1000 })),
        { totalMs: 350, method: "POST", path: "/api/suites", status: 201 },
        { totalMs: 351, method: "POST", path: "/api/suites", status: 500 },
        { method: "POST", path: "/api/auth/login", status: 401, system: "mps" },
        { method: "POST", path: "/api/auth/login", status: 403, system: "mps" },
        { method: "POST", path: "/api/auth/login", status: 200, system: "mps" },
        { method: "GET", path: "/api/auth/login", status: 401, system: "mps" },
        { method: "POST", path: "/api/logins", status: 401, system: "mps" },
        { deprecation: "@1767225600", system: "fetms" },
        { deprecation: "true", system: "fetms" },
        { system: "fetms" },
        // A socket that was open for an hour, a visitor who left, and a method nobody has heard of.
        { status: 101, totalMs: 3_600_000, system: "sms" },
        { status: -1, totalMs: -1, system: "sms" },
        // A browser without WebSockets that asked and waited, and an address that only looks like it.
        { path: "/socket.io/", method: "PUT", totalMs: 25_000 },
        { path: "/socket-io/", method: "PATCH", totalMs: 25_000 },
        { method: "BREW", status: 405, system: "sms" },
        // The version in the other slot, and one that has no server to answer.
        { server: "b-1", status: 500, totalMs: 40, system: "fetms" },
        { server: "<NOSRV>", status: 503, totalMs: 2, system: "fetms" },
        // Refused by the edge: too many requests, and a name that is not ours.
        { service: "-", server: "<NOSRV>", status: 429, system: "memo" },
        { system: "-", service: "-", server: "<NOSRV>", status: 421 },
        // What a visitor writes can't become another field.
        { path: '/x","status":200,"system":"evil', userAgent: '","totalMs":1,"system":"evil', system: "memo", status: 404, totalMs: 20 },
      ];
      const files = { "edge.mtail": renderEdgeProgram(), "access.log": ["[NOTICE] (1) : Loading success.", ...lines.map(edgeLine), ""].join("\n") };
      const script = "mtail --compile_only --logtostderr --progs=/etc/mtail 2>/dev/null || exit 9; mtail --one_shot --one_shot_format=prometheus --emit_prog_label=false --progs=/etc/mtail --logs=/etc/mtail/access.log 2>/dev/null";
      const { code, output } = await inImage("mtail", "/etc/mtail", files, script);
      assert.equal(code, 0, output);
      series = new Map(output.split("\n").flatMap(readSeries));
    });

    it("counts requests, answers and bytes by system and service", () => {
      const motelBackend = { system: "motel", service: "backend" };
      assert.equal(value("edge_requests_total", { slot: "a", ...motelBackend, method: "GET", status_class: "2xx" }), 3);
      assert.equal(value("edge_requests_total", { slot: "a", ...motelBackend, method: "POST", status_class: "5xx" }), 1);
      assert.equal(value("edge_responses_total", { ...motelBackend, status: "201" }), 1);
      assert.equal(value("edge_request_bytes_total", motelBackend), 700);
      assert.equal(value("edge_response_bytes_total", motelBackend), 7000);
      assert.equal(value("edge_log_lines_total", {}), 24);
    });

    it("tells the slots apart, and what no server answered", () => {
      const fetms = { system: "fetms", service: "backend", method: "GET" };
      assert.equal(value("edge_requests_total", { ...fetms, slot: "a", status_class: "2xx" }), 3);
      assert.equal(value("edge_requests_total", { ...fetms, slot: "b", status_class: "5xx" }), 1);
      assert.equal(value("edge_requests_total", { ...fetms, slot: "none", status_class: "5xx" }), 1);
      assert.equal(value("edge_request_duration_seconds_sum", { ...fetms, slot: "b", status_class: "5xx" }), 0.04);
      assert.equal(value("edge_requests_total", { system: "memo", service: "edge", slot: "none", method: "GET", status_class: "4xx" }), 1);
    });

    it("sorts times into buckets whose bounds belong to them", () => {
      const post = { slot: "a", system: "motel", service: "backend", method: "POST", status_class: "2xx" };
      const failed = { ...post, status_class: "5xx" };
      for (const bound of edgeBuckets) {
        assert.equal(value("edge_request_duration_seconds_bucket", { ...post, le: String(bound) }), bound >= 0.35 ? 1 : 0, `350 ms in ${bound}`);
        assert.equal(value("edge_request_duration_seconds_bucket", { ...failed, le: String(bound) }), bound >= 0.5 ? 1 : 0, `351 ms in ${bound}`);
      }
      assert.equal(value("edge_request_duration_seconds_sum", post), 0.35);
      assert.equal(value("edge_request_duration_seconds_count", post), 1);
    });

    it("counts failed logins and what is out of date, from 0", () => {
      const of = (name: string, system: string): number | undefined => value(name, { system, service: "backend" });
      assert.deepEqual(["mps", "motel"].map((system) => of("edge_failed_logins_total", system)), [2, 0]);
      assert.deepEqual(["fetms", "motel"].map((system) => of("edge_deprecated_requests_total", system)), [2, 0]);
    });

    it("takes no time from those who wait for news", () => {
      const motel = { slot: "a", system: "motel", service: "backend", status_class: "2xx" };
      assert.equal(value("edge_requests_total", { ...motel, method: "PUT" }), 1);
      assert.equal(value("edge_request_duration_seconds_count", { ...motel, method: "PUT" }), undefined);
      assert.equal(value("edge_request_duration_seconds_sum", { ...motel, method: "PATCH" }), 25);
    });

    it("takes no time from sockets and from visitors who left", () => {
      const sms = { slot: "a", system: "sms", service: "backend", method: "GET" };
      assert.equal(value("edge_requests_total", { ...sms, status_class: "1xx" }), 1);
      assert.equal(value("edge_requests_total", { ...sms, status_class: "none" }), 1);
      for (const status_class of ["1xx", "none"]) assert.equal(value("edge_request_duration_seconds_count", { ...sms, status_class }), undefined);
    });

    it("lets no visitor make a label", () => {
      assert.equal(value("edge_requests_total", { slot: "a", system: "sms", service: "backend", method: "other", status_class: "4xx" }), 1);
      assert.equal(value("edge_requests_total", { slot: "a", system: "memo", service: "backend", method: "GET", status_class: "4xx" }), 1);
      assert.ok(![...series.keys()].some((name) => name.includes("evil") || name.includes("BREW")));
    });

    it("says who refused what no service saw", () => {
      assert.equal(value("edge_responses_total", { system: "memo", service: "edge", status: "429" }), 1);
      assert.equal(value("edge_responses_total", { system: "stack", service: "edge", status: "421" }), 1);
    });
  });
});

function readSeries(line: string): [string, number][] {
  const [, name, labels = "", value] = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
  if (name === undefined) return [];
  return [[key(name, Object.fromEntries([...labels.matchAll(/([a-z_]+)="([^"]*)"/g)].map(([, label, text]) => [label ?? "", text ?? ""] as const))), Number(value)]];
}

function key(name: string, labels: Record<string, string>): string {
  return `${name}{${Object.keys(labels).sort().map((label) => `${label}=${labels[label] ?? ""}`).join(",")}}`;
}
