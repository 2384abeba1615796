import { watchdogId } from "../catalogue/monitoring";
import { escalatedLabel, kindLabel, watchdogKind } from "../routing/labels";
import { levelOf } from "../severities";
import { minutesOf, withOverrides } from "../thresholds";
import type { AlertRow, RulesInput, Severity } from "../types";
import { inBaseUnit, readLimit, severitiesOf } from "../units";
import { unlessMaintained } from "./maintenance";
import { expressionOf, type Expression } from "./measures";
import { alertName } from "./names";
import { where, windowMinutes } from "./promql";
import { recorded, trafficWindowMinutes } from "./recording";
import { annotationsOf } from "./texts";

export interface AlertingRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** One rule for each severity of a row, the mildest first. */
export function alertingRules(plain: AlertRow, input: RulesInput): AlertingRule[] {
  const row = withOverrides(plain, input.thresholds);
  return severitiesOf(row.limit).map((severity) => {
    const minutes = minutesOf(row, severity);
    const expression = expressionOf(row, input);
    return {
      alert: alertName(row.id),
      expr: `${condition(row, severity, expression)}${unlessMaintained(row, input.scrapeSeconds)}${unlessJustDown(row, severity, input)}`,
      ...(minutes === 0 ? {} : { for: `${minutes}m` }),
      labels: labelsOf(row, severity, expression),
      annotations: annotationsOf(row, severity, input),
    };
  });
}

function condition(row: AlertRow, severity: Severity, { value, also, only }: Expression): string {
  const { direction, unit, thresholds } = readLimit(row.limit);
  const beyond = `${direction === "above" ? ">" : "<"} ${inBaseUnit(thresholds[severity] ?? 0, unit)}`;
  const conditions = [
    ...(also === undefined ? [] : [`on (system) (${also} ${beyond})`]),
    ...only.map(({ expr, on }) => `on (${on.join(", ")}) (${expr})`),
    ...(row.onlyInExpectedLoad ? [`on (system) (${recorded.expectedLoad}${where({ system: row.system })} == 1)`] : []),
  ];
  if (row.measure.kind === "alwaysOn") return value;
  return [`(${value}) ${beyond}`, ...conditions.map((text) => `and ${text}`)].join(" ");
}

/**
 * People were told that the system was down, and that it is up again; what a window still holds of that time is no
 * news. Alertmanager keeps it back while the system is down, and would let go of it the moment the system is up.
 */
function unlessJustDown({ measure, system }: AlertRow, severity: Severity, input: RulesInput): string {
  const minutes = severity === "digest" || system === "stack" ? undefined : minutesRemembered(measure, severity);
  if (minutes === undefined) return "";
  const down = `ALERTS${where({ alertstate: "firing", class: "down", severity: "page", system })}`;
  return ` unless on (system) max by (system) (max_over_time(${down}[${windowMinutes(minutes, input.scrapeSeconds)}m]))`;
}

/** How long a measure of visitors' requests remembers; undefined where the whole of an hour or more is what is asked about. */
function minutesRemembered(measure: AlertRow["measure"], severity: Severity): number | undefined {
  if (measure.kind === "responseTime") return trafficWindowMinutes;
  if (measure.kind === "errorShare") return measure.windowMinutes <= trafficWindowMinutes ? measure.windowMinutes : undefined;
  if (measure.kind === "burnRate") return severity === "page" ? measure.shortMinutes : undefined;
  return undefined;
}

function labelsOf(row: AlertRow, severity: Severity, { fixed = {} }: Expression): Record<string, string> {
  if (row.id === watchdogId) return { severity: "none", system: row.system, class: row.class, topic: row.topic, [kindLabel]: watchdogKind };
  const common = { severity, level: row.levels?.[severity] ?? levelOf(row.system, severity), system: row.system };
  // A ticket that became a page stays what it was about.
  if (row.measure.kind === "stillOpen") return { ...common, [escalatedLabel]: "true" };
  return { ...common, ...fixed, class: row.class, topic: row.topic };
}
