import { objectiveRules, trafficRules } from "../../../alerts/prometheus/recording";
import type { DashboardsInput, SystemFacts } from "../../../dashboards";
import { systemIds, systems, type SystemId } from "../../../systems";
import { metricNamesIn } from "../../support/promql";

export function facts(id: SystemId, redis = systems[id].redis !== undefined): SystemFacts {
  return { id, title: systems[id].title, engine: systems[id].database.engine, redis };
}

export function input(changes: Partial<DashboardsInput> = {}): DashboardsInput {
  return { systems: systemIds.map((id) => facts(id)), lines: () => [], logs: true, backups: true, drills: true, publicUrls: { alertmanager: "https://alerts.example.org", status: "https://status.example.org" }, ...changes };
}

const rules = new Map(systemIds.flatMap((id) => [...trafficRules(id, 15), ...objectiveRules(id, 15)]).map(({ record, expr }) => [record, expr]));

/** Series that exporters must have for a query: those it names, and those that its recorded ones are worked out from. */
export function seriesRead(expr: string): readonly string[] {
  return metricNamesIn(expr).flatMap((name) => {
    const rule = rules.get(name);
    return rule === undefined ? [name] : seriesRead(rule);
  });
}
