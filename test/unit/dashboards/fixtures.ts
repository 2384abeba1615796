import type { DashboardsInput, SystemFacts } from "../../../dashboards";
import { systemIds, systems, type SystemId } from "../../../systems";

export function facts(id: SystemId, redis = systems[id].redis !== undefined): SystemFacts {
  return { id, title: systems[id].title, engine: systems[id].database.engine, redis };
}

export function input(changes: Partial<DashboardsInput> = {}): DashboardsInput {
  return { systems: systemIds.map((id) => facts(id)), lines: () => [], logs: true, publicUrls: { alertmanager: "https://alerts.example.org", status: "https://status.example.org" }, ...changes };
}
