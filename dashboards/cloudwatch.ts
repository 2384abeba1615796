import type { CloudWatchInput } from "../alerts/cloudwatch";
import { namespaceOf } from "../alerts/cloudwatch";
import { alertRows } from "../alerts";
import { withOverrides } from "../alerts/thresholds";
import type { AlertRow, Severity } from "../alerts/types";
import { readLimit } from "../alerts/units";
import { systems, type ServiceName, type SystemId } from "../systems";

/** One page of CloudWatch's: a row of graphs for each system, with the thresholds of its alerts as lines. */
export interface CloudWatchDashboard<Name> {
  readonly widgets: readonly Widget<Name>[];
}

interface Widget<Name> {
  readonly type: "metric" | "text";
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: Readonly<Record<string, unknown>> | MetricProperties<Name>;
}

interface MetricProperties<Name> {
  readonly title: string;
  readonly region: string;
  readonly view: "timeSeries";
  /** Seconds. */
  readonly period: number;
  /** `[namespace, metric, dimension, value, ..., { stat, label }]` */
  readonly metrics: readonly (readonly (Name | string | { readonly stat: string; readonly label: string })[])[];
  readonly annotations?: { readonly horizontal: readonly { readonly label: string; readonly value: number; readonly color: string }[] };
}

/** As on Grafana's pages. */
const colours: Readonly<Record<Severity, string>> = { page: "#d62728", ticket: "#ff7f0e", digest: "#1f77b4" };

const [width, height, heading] = [6, 6, 1];

export function renderCloudWatchDashboard<Name>(input: CloudWatchInput<Name> & { readonly region: string }): CloudWatchDashboard<Name> {
  const rows = alertRows(input).map((row) => withOverrides(row, input.thresholds));
  const widgets = input.systems.flatMap(({ id }, index) => {
    const top = index * (height + heading);
    const graphs = panels(input, id, rows).map((properties, at): Widget<Name> => ({ type: "metric", x: at * width, y: top + heading, width, height, properties: { ...properties, region: input.region, view: "timeSeries", period: 300 } }));
    return [{ type: "text" as const, x: 0, y: top, width: 24, height: heading, properties: { markdown: `## ${systems[id].title}` } }, ...graphs];
  });
  return { widgets };
}

type Panel<Name> = Pick<MetricProperties<Name>, "annotations" | "metrics" | "title">;

function panels<Name>(input: CloudWatchInput<Name>, id: SystemId, rows: readonly AlertRow[]): Panel<Name>[] {
  const { cluster, systems: places } = input.places;
  const own = places[id];
  const services = (["backend", "frontend"] as const).filter((name) => own?.services[name] !== undefined);
  const traffic = (metric: string, service: ServiceName, stat: string, label: string) => [namespaceOf(input.stack), metric, "System", id, "Service", service, { stat, label }];
  const containers = services.flatMap((service) => (own?.services[service]?.containers ?? []).flatMap((name) => (["CPUUtilization", "MemoryUtilization"] as const).map((metric) => ["AWS/ECS", metric, "ClusterName", cluster, "ServiceName", name, { stat: "Maximum", label: `${service} ${metric === "CPUUtilization" ? "processors" : "memory"}` }])));
  const database = own?.database;
  const stores = database === undefined ? [] : (database.kind === "rds" ? [database.instance] : database.instances).flatMap((instance) => (["CPUUtilization", "DatabaseConnections"] as const).map((metric) => [database.kind === "rds" ? "AWS/RDS" : "AWS/DocDB", metric, "DBInstanceIdentifier", instance, { stat: "Maximum", label: metric === "CPUUtilization" ? "processors, percent" : "connections" }]));
  return [
    { title: "Requests and failures in 5 min", metrics: services.flatMap((service) => [traffic("requests", service, "Sum", service), traffic("failed-5xx", service, "Sum", `${service} failed`), traffic("failed-4xx", service, "Sum", `${service} refused`)]) },
    { title: "Response times, ms", metrics: services.flatMap((service) => ["p50", "p95", "p99"].map((stat) => traffic("milliseconds", service, stat, `${service} ${stat}`))), ...lines(rows, id, "responseTime") },
    { title: "Containers, percent of their limits", metrics: containers, ...lines(rows, id, "containerUse") },
    { title: "Database", metrics: stores },
  ];
}

function lines(rows: readonly AlertRow[], system: SystemId, kind: AlertRow["measure"]["kind"]): Pick<Panel<never>, "annotations"> {
  const horizontal = rows.filter((row) => row.system === system && row.measure.kind === kind).flatMap((row) => (Object.entries(readLimit(row.limit).thresholds) as [Severity, number][]).map(([severity, value]) => ({ label: `${row.id} (${severity})`, value, color: colours[severity] })));
  return horizontal.length === 0 ? {} : { annotations: { horizontal } };
}
