import { alertRows } from "../catalogue";
import { escalationId } from "../catalogue/escalation";
import { levelOf } from "../severities";
import { minutesOf, withOverrides } from "../thresholds";
import type { AlertRow, Severity } from "../types";
import { readLimit, severitiesOf } from "../units";
import { isReason, type Judged } from "./judged";
import { judge } from "./measures";
import { descriptionOf } from "./texts";
import type { CloudWatchInput, LogFilter, MetricAlarm, Unjudged } from "./types";

export interface RenderedRow<Name> {
  readonly row: AlertRow;
  /** Of one part (service, window, certificate) and severity each; those of a burn rate are on together or not at all. */
  readonly alarms: readonly MetricAlarm<Name>[];
  readonly filters: readonly LogFilter<Name>[];
}

/** Every row of the catalogue, as alarms or with the reason why not. */
export function renderRows<Name>(input: CloudWatchInput<Name>): { readonly rendered: readonly RenderedRow<Name>[]; readonly unjudged: readonly Unjudged[] } {
  const rows = alertRows({ ...input, escalationMinutes: input.escalationMinutes }).map((row) => withOverrides(row, input.thresholds));
  const rendered: RenderedRow<Name>[] = [];
  const unjudged: Unjudged[] = [];
  for (const row of rows) {
    const judgement = judge({ row, input, own: row.system === "stack" ? undefined : input.places.systems[row.system] });
    if (isReason(judgement)) unjudged.push({ system: row.system, alert: row.id, why: judgement.why });
    else if (judgement.length === 0) unjudged.push({ system: row.system, alert: row.id, why: nothingOfIt(row) });
    else {
      const alarms = severitiesOf(row.limit).flatMap((severity) => judgement.map((judged) => alarmOf(row, severity, judged, input)));
      const escalated = rows.filter((each) => each.measure.kind === "stillOpen" && each.system === row.system).flatMap((later) => escalatedAlarms(row, later, judgement, input));
      rendered.push({ row, alarms: [...alarms, ...escalated], filters: judgement.flatMap(({ filters = [] }) => filters) });
    }
  }
  return { rendered, unjudged };
}

function nothingOfIt({ measure }: AlertRow): string {
  return measure.kind === "timeLeft" ? "The balancer has no certificate yet." : "No container serves it here.";
}

/** What has been open too long: the same alarm, later and louder. An alarm can't wait for another one. */
function escalatedAlarms<Name>(row: AlertRow, later: AlertRow, judgement: readonly Judged<Name>[], input: CloudWatchInput<Name>): MetricAlarm<Name>[] {
  const { measure } = later;
  if (measure.kind !== "stillOpen" || (measure.alert !== undefined && measure.alert !== row.id)) return [];
  return severitiesOf(row.limit).flatMap((severity) => {
    const level = row.levels?.[severity] ?? levelOf(row.system, severity);
    if (level !== measure.level) return [];
    const threshold = readLimit(row.limit).thresholds[severity] ?? 0;
    const waits = minutesOf(row, severity) + minutesOf(later, "page");
    return judgement.map((judged) => {
      const plain = alarmOf(row, severity, judged, input);
      return {
        ...plain, threshold, severity: "page" as const, alert: `${row.id}-${escalationId}`,
        name: nameOf(input.stack, row, escalationId, judged.part), evaluationPeriods: periods(waits, judged.periodSeconds),
        description: descriptionOf(row, severity, { ...described(input, judged.part), level: `${level} open for ${minutesOf(later, "page")} minutes${later.levels?.page === undefined ? "" : `: a ${later.levels.page} now`}` }).replace(/^[A-Z]+/, "PAGE"),
      };
    });
  });
}

function alarmOf<Name>(row: AlertRow, severity: Severity, { missing, part, periodSeconds, queries }: Judged<Name>, input: CloudWatchInput<Name>): MetricAlarm<Name> {
  const { direction, thresholds } = readLimit(row.limit);
  return {
    name: nameOf(input.stack, row, severity, part), description: descriptionOf(row, severity, described(input, part)),
    alert: row.id, system: row.system, severity, class: row.class, topic: row.topic, ...(part === undefined ? {} : { part }),
    queries, missing, comparison: direction === "above" ? "GreaterThanThreshold" : "LessThanThreshold",
    threshold: thresholds[severity] ?? 0, evaluationPeriods: periods(minutesOf(row, severity), periodSeconds),
  };
}

function described(input: CloudWatchInput<unknown>, part: string | undefined): { stack: string; runbookUrl?: string; part?: string } {
  return { stack: input.stack, ...(input.runbookUrl === undefined ? {} : { runbookUrl: input.runbookUrl }), ...(part === undefined ? {} : { part }) };
}

const nameOf = (stack: string, { id, system }: AlertRow, severity: string, part?: string): string => [stack, system, id, severity, ...(part === undefined ? [] : [part])].join("-");

/** At least one: a window of five minutes has lasted five minutes. */
function periods(minutes: number, periodSeconds: number): number {
  return Math.max(1, Math.ceil((minutes * 60) / periodSeconds));
}
