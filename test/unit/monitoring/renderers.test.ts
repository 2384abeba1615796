import { strict as assert } from "node:assert";
import { edgeBuckets, metrics } from "../../../alerts/metrics";
import { renderBlackbox } from "../../../components/monitoring/blackbox";
import { collectorFolders, renderCollector } from "../../../components/monitoring/collector";
import { lokiLabels, renderLoki } from "../../../components/monitoring/loki";
import { masks } from "../../../config/masking";
import { renderEdgeProgram } from "../../../components/monitoring/mtail";
import { renderPostgresQueries } from "../../../components/monitoring/postgresQueries";
import { motel, mps, read } from "./fixtures";

describe("the program for the edge's log", () => {
  const program = renderEdgeProgram();
  it("counts every metric that is listed of it, with its labels", () => {
    for (const { name, labels, type } of metrics.filter(({ job }) => job === "edge-log")) {
      const declared = new RegExp(`^${type} ${name}(?: by (.*?))?(?: buckets .*)?$`, "m").exec(program);
      assert.ok(declared, name);
      assert.deepEqual((declared[1]?.split(", ") ?? []).sort(), [...labels].sort(), name);
    }
  });
  it("has a bound at every threshold of a response time", () => assert.ok(program.includes(`buckets ${edgeBuckets.join(", ")}\n`)));
});

describe("probes", () => {
  interface Modules {
    modules: Record<string, { timeout: string; http: { headers: Record<string, string>; tls_config: Record<string, unknown>; fail_if_not_ssl: boolean } }>;
  }
  const modules = (trust: Parameters<typeof renderBlackbox>[0]["trust"]): Modules["modules"] => read<Modules>(renderBlackbox({ systems: [motel, mps], trust, timeoutSeconds: 9 })).modules;

  it("ask for each system by its own name, in the request and in TLS", () => {
    for (const system of [motel, mps]) {
      const http = modules({ kind: "public" })[system.id]?.http;
      assert.equal(http?.headers.Host, system.domain);
      assert.equal(http?.tls_config.server_name, system.domain);
      assert.equal(http?.fail_if_not_ssl, true);
    }
  });

  it("trust a file or the public authorities, and everybody only where an authority is unknown", () => {
    assert.deepEqual(modules({ kind: "file", path: "/etc/blackbox/edge.pem" }).motel?.http.tls_config, { server_name: motel.domain, ca_file: "/etc/blackbox/edge.pem" });
    assert.deepEqual(modules({ kind: "public" }).motel?.http.tls_config, { server_name: motel.domain });
    assert.equal(modules({ kind: "unknown" }).motel?.http.tls_config.insecure_skip_verify, true);
  });
});

describe("the log collector", () => {
  interface Config {
    receivers: Record<string, { include: string[]; storage: string; operators: { type: string; field?: string; expr?: string; value?: string }[] }>;
    processors: Record<string, { log_statements?: { statements: string[] }[] }>;
    exporters: Record<string, { retry_on_failure: Record<string, unknown>; sending_queue: Record<string, unknown>; endpoint: string }>;
    service: { extensions: string[]; pipelines: { logs: { receivers: string[]; processors: string[]; exporters: string[] } } };
  }
  const render = (systems = [motel, mps]): Config => read<Config>(renderCollector({ stack: "prod", environment: "prod", systems, lokiUrl: "http://loki:3100" }));
  const config = render();

  it("masks with every row of the table, before anything leaves", () => {
    const statements = config.processors["transform/mask"]?.log_statements?.[0]?.statements ?? [];
    assert.equal(statements.length, masks.length);
    const { processors } = config.service.pipelines.logs;
    assert.ok(processors.indexOf("transform/mask") < processors.indexOf("batch"));
    masks.forEach((mask, i) => {
      // The collector reads `$$` as one dollar, OTTL reads the rest as JSON does.
      const [, pattern] = /^replace_pattern\(log\.body, ("(?:[^"\\]|\\.)*"), /.exec(statements[i]?.replaceAll("$$", "$") ?? "") ?? [];
      assert.equal(JSON.parse(pattern ?? "null"), `${mask.ignoreCase === true ? "(?i)" : ""}${mask.pattern}`, mask.what);
    });
  });

  it("writes a dollar so that no variable of the environment is read", () => {
    const text = renderCollector({ stack: "prod", environment: "prod", systems: [motel], lokiUrl: "http://loki:3100" });
    const mask = text.slice(text.indexOf("log_statements"), text.indexOf("batch:"));
    assert.ok(mask.includes("$$1***"));
    assert.doesNotMatch(mask.replaceAll("$$", ""), /\$/);
  });

  it("takes the stack's containers only, and not its own words", () => {
    const filter = config.receivers["file_log/containers"]?.operators.find(({ type }) => type === "filter")?.expr ?? "";
    assert.match(filter, /attrs == nil/);
    assert.match(filter, /"stackbook.stack"\] != "prod"/);
    assert.match(filter, /"stackbook.service"\] == "collector"/);
  });

  it("labels with what Loki indexes and nothing more", () => {
    for (const { operators } of Object.values(config.receivers)) {
      const labels = new Set(operators.flatMap(({ field }) => (field?.startsWith("resource.") === true ? [field.slice("resource.".length)] : [])));
      for (const label of labels) assert.ok((lokiLabels as readonly string[]).includes(label), label);
    }
  });

  it("reads audit logs where a system keeps one", () => {
    assert.deepEqual(config.receivers["file_log/audit"]?.include, [`${collectorFolders.audit}/*/*.log`]);
    assert.equal(render([motel]).receivers["file_log/audit"], undefined);
  });

  it("remembers where it was, and gives nothing up while Loki is away", () => {
    for (const receiver of Object.values(config.receivers)) assert.equal(receiver.storage, "file_storage");
    const exporter = config.exporters.otlp_http;
    assert.equal(exporter?.retry_on_failure.max_elapsed_time, "0s");
    assert.equal(exporter?.sending_queue.storage, "file_storage");
    assert.ok(config.service.extensions.includes("file_storage"));
  });
});

describe("Loki", () => {
  interface Config {
    compactor: { retention_enabled: boolean };
    limits_config: { retention_period: string; retention_stream: { selector: string; period: string }[]; otlp_config: { resource_attributes: { attributes_config: { action: string; attributes: string[] }[] } } };
  }
  const { compactor, limits_config } = read<Config>(renderLoki({ application: 90, system: 30, audit: 365, backup: 30 }));
  it("keeps each stream as long as SMS's runbook says", () => {
    assert.equal(compactor.retention_enabled, true);
    assert.deepEqual(
      Object.fromEntries(limits_config.retention_stream.map(({ selector, period }) => [selector, period])),
      { '{stream="application"}': "2160h", '{stream="system"}': "720h", '{stream="audit"}': "8760h", '{stream="backup"}': "720h" },
    );
    assert.equal(limits_config.retention_period, "8760h");
  });
  it("has four labels, none of which a visitor can make up", () =>
    assert.deepEqual(limits_config.otlp_config.resource_attributes.attributes_config, [{ action: "index_label", attributes: ["stack", "system", "service", "stream"] }]));
});

describe("questions to PostgreSQL", () => {
  type Queries = Record<string, { query: string; metrics: Record<string, { usage: string }>[] }>;
  it("make every metric that is listed, with its labels", () => {
    const made = new Map<string, string[]>();
    for (const [key, { metrics: columns }] of Object.entries(read<Queries>(renderPostgresQueries("memo_app")))) {
      const flat = columns.flatMap((column) => Object.entries(column));
      const labels = flat.filter(([, { usage }]) => usage === "LABEL").map(([name]) => name);
      for (const [name, { usage }] of flat) if (usage !== "LABEL") made.set(`${key}_${name}`, labels);
    }
    const listed = metrics.filter(({ job, name }) => job === "postgres" && name !== "pg_up");
    assert.deepEqual([...made.keys()].sort(), listed.map(({ name }) => name).sort());
    for (const { name, labels } of listed) assert.deepEqual(made.get(name), labels.filter((label) => label !== "system" && label !== "service"), name);
  });
  it("quote the database's name", () => assert.ok(renderPostgresQueries("o'brien").includes("'o''brien'")));
});
