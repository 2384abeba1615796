import { ports, type StackFacts, type WatchedSystem } from "./facts";
import { masks, replacement } from "../../config/masking";
import { yamlText } from "./yaml";

export interface CollectorInput extends StackFacts {
  readonly systems: readonly Pick<WatchedSystem, "id" | "auditLog">[];
  readonly lokiUrl: string;
}

/** Where the collector's container has the engine's log files, each system's audit log, and what it must remember. */
export const collectorFolders = { containers: "/host/containers", audit: "/host/audit", state: "/var/lib/otelcol" } as const;

/** The collector's memory, MiB: the container's limit, and what it holds itself to. */
export const collectorMemory = { limitMiB: 192, softMiB: 140 } as const;

/** What programs call the number of a request. */
const requestIdNames = ["requestId", "request_id", "reqId", "correlationId", "correlation_id", "traceId"] as const;

type Operator = Readonly<Record<string, unknown>>;

/**
 * OpenTelemetry Collector: every container's lines and the audit logs, masked, to Loki. It reads the engine's files,
 * in which each line carries its container's labels, so it needs no socket. What Loki does not take waits on disk,
 * and behind that in the files themselves.
 */
export function renderCollector(input: CollectorInput): string {
  const audited = input.systems.filter(({ auditLog }) => auditLog);
  const receivers = { "file_log/containers": containers(input), ...(audited.length === 0 ? {} : { "file_log/audit": audit(input) }) };
  // Names as Prometheus has them (`..._total`), whatever the collector's version thinks best.
  const prometheus = { host: "0.0.0.0", port: ports.collectorMetrics, without_type_suffix: false, without_units: true, without_scope_info: true };
  return yamlText("Written by the stack's update; changes are lost with the next one.", {
    extensions: {
      health_check: { endpoint: `0.0.0.0:${ports.collectorHealth}` },
      file_storage: { directory: collectorFolders.state, create_directory: true },
    },
    receivers,
    processors: {
      memory_limiter: { check_interval: "1s", limit_mib: collectorMemory.softMiB, spike_limit_mib: 30 },
      "transform/mask": { error_mode: "propagate", log_statements: [{ context: "log", statements: masks.map(maskStatement) }] },
      batch: { timeout: "2s", send_batch_size: 1000, send_batch_max_size: 2000 },
    },
    exporters: {
      otlp_http: {
        endpoint: `${input.lokiUrl}/otlp`,
        compression: "gzip",
        sending_queue: { enabled: true, storage: "file_storage", num_consumers: 2, queue_size: 2000 },
        // Without an end: the queue's size is what bounds it.
        retry_on_failure: { enabled: true, initial_interval: "1s", max_interval: "30s", max_elapsed_time: "0s" },
      },
    },
    service: {
      extensions: ["health_check", "file_storage"],
      telemetry: {
        logs: { level: "warn", encoding: "json" },
        metrics: { level: "normal", readers: [{ pull: { exporter: { prometheus } } }] },
      },
      pipelines: { logs: { receivers: Object.keys(receivers), processors: ["memory_limiter", "transform/mask", "batch"], exporters: ["otlp_http"] } },
    },
  });
}

/** The line is text here, whatever it looks like. The configuration's own reader wants each dollar sign twice. */
function maskStatement(mask: (typeof masks)[number]): string {
  const pattern = `${mask.ignoreCase === true ? "(?i)" : ""}${mask.pattern}`;
  // What JSON writes for a string is what OTTL reads as one.
  const text = (value: string): string => JSON.stringify(value).replaceAll("$", "$$$$");
  return `replace_pattern(log.body, ${text(pattern)}, ${text(replacement(mask))})`;
}

function receiver(include: string, operators: readonly Operator[]): Record<string, unknown> {
  return {
    include: [include],
    // What a container wrote before the collector came counts too.
    start_at: "beginning",
    poll_interval: "1s",
    include_file_path: true,
    include_file_name: false,
    max_log_size: "1MiB",
    storage: "file_storage",
    retry_on_failure: { enabled: true },
    operators,
  };
}

function containers(input: CollectorInput): Record<string, unknown> {
  const label = (name: string): string => `attributes.line.attrs["stackbook.${name}"]`;
  return receiver(`${collectorFolders.containers}/*/*-json.log`, [
    {
      type: "json_parser",
      parse_to: "attributes.line",
      timestamp: { parse_from: "attributes.line.time", layout_type: "gotime", layout: "2006-01-02T15:04:05.999999999Z07:00" },
      on_error: "drop_quiet",
    },
    // Other stacks' and other people's containers; and its own words, which would come round again.
    {
      type: "filter",
      expr: `attributes.line.attrs == nil or ${label("stack")} != ${JSON.stringify(input.stack)} or ${label("service")} == "collector"`,
    },
    // The engine cuts lines at 16 KiB: a secret must not be halved.
    {
      type: "recombine",
      combine_field: "attributes.line.log",
      is_last_entry: String.raw`attributes.line.log endsWith "\n"`,
      combine_with: "",
      source_identifier: `attributes["log.file.path"]`,
      max_log_size: "1MiB",
      force_flush_period: "5s",
    },
    set("body", String.raw`trimSuffix(attributes.line.log, "\n")`),
    set("resource.stack", JSON.stringify(input.stack)),
    set("resource.system", `${label("system")} ?? "stack"`),
    set("resource.service", `${label("service")} ?? "unknown"`),
    set("resource.stream", `${label("role")} in ["app", "demo", "task"] ? "application" : (${label("role")} == "backup" ? "backup" : "system")`),
    { type: "regex_parser", parse_from: `attributes["log.file.path"]`, parse_to: "attributes", regex: String.raw`/(?P<container_id>[0-9a-f]{12})[0-9a-f]{52}-json\.log$`, on_error: "send_quiet" },
    ...fields([
      // Operations on the stack are kept as long as the applications' own audit logs.
      { ...set("resource.stream", `"audit"`), if: `resource.service == "status" and attributes.json?.kind == "audit"` },
      // The edge answers for the systems: who looks for a system's requests finds them under its name.
      {
        ...set("resource.system", "attributes.json.system"),
        if: `resource.service == "edge" and attributes.json?.kind == "access" and attributes.json.system in ${JSON.stringify(input.systems.map(({ id }) => id))}`,
      },
    ]),
    { type: "remove", field: "attributes.line" },
    { type: "remove", field: `attributes["log.file.path"]` },
  ]);
}

/** One line of JSON for each entry, in a folder that the system's backend writes and this container only reads. */
function audit(input: CollectorInput): Record<string, unknown> {
  return receiver(`${collectorFolders.audit}/*/*.log`, [
    set("resource.stack", JSON.stringify(input.stack)),
    { type: "regex_parser", parse_from: `attributes["log.file.path"]`, parse_to: "resource", regex: String.raw`/(?P<system>[a-z]+)/[^/]+$` },
    set("resource.service", `"backend"`),
    set("resource.stream", `"audit"`),
    ...fields([
      {
        type: "time_parser",
        if: `attributes.json?.time != nil`,
        parse_from: "attributes.json.time",
        layout_type: "gotime",
        layout: "2006-01-02T15:04:05.999999999Z07:00",
        on_error: "send_quiet",
      },
    ]),
    { type: "remove", field: `attributes["log.file.path"]` },
  ]);
}

/** What a line in JSON says about itself: the request's number and the level stay, beside the line and searchable. */
function fields(use: readonly Operator[]): Operator[] {
  const requestId = requestIdNames.map((name) => `attributes.json.${name}`).join(" ?? ");
  return [
    { type: "json_parser", if: `type(body) == "string" and body startsWith "{"`, parse_to: "attributes.json", on_error: "send_quiet" },
    { ...set("attributes.request_id", requestId), if: `attributes.json != nil and string(${requestId} ?? "") matches "^[A-Za-z0-9._:-]{1,128}$"` },
    { type: "severity_parser", if: `attributes.json?.level != nil`, parse_from: "attributes.json.level", on_error: "send_quiet" },
    ...use,
    { type: "remove", field: "attributes.json", if: "attributes.json != nil" },
  ];
}

/** Sets a field to an expression's value. */
function set(field: string, expression: string): Operator {
  return { type: "add", field, value: `EXPR(${expression})` };
}
