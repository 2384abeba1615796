import { systemIds } from "../../systems";
import type { CloudWatchAlarms } from "./types";

/** US dollars a month: CloudWatch's list prices in us-east-1 as of 2025. Check them before relying on it; other regions differ by some percent. */
export const listPrices = { alarmMetric: 0.1, compositeAlarm: 0.5, customMetric: 0.3, dashboard: 3 } as const;

export interface AlarmCost {
  readonly what: string;
  readonly count: number;
  readonly usd: number;
}

/** What alarms cost whether anything happens or not. An alarm by metric math is charged for each metric it looks at. */
export function alarmCosts({ alarms, composites, filters }: CloudWatchAlarms<string>, systems: number = systemIds.length): readonly AlarmCost[] {
  const looked = alarms.reduce((count, { queries }) => count + queries.filter(({ metric }) => metric !== undefined).length, 0);
  // A figure with dimensions is one for each system and service that it is seen of: backend, frontend, and the edge itself.
  const custom = filters.reduce((count, { dimensions }) => count + (dimensions === undefined ? 1 : systems * 3), 0);
  const row = (what: string, count: number, price: number): AlarmCost => ({ what, count, usd: count * price });
  return [
    row("metrics that alarms look at", looked, listPrices.alarmMetric),
    row("composite alarms", composites.length, listPrices.compositeAlarm),
    row("figures counted from logs", custom, listPrices.customMetric),
    row("dashboards", 1, listPrices.dashboard),
  ];
}
