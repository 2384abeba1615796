import { titleOf, type StatusConfig } from "../config";
import { lasted, type Incident } from "../incidents";
import type { ActiveAlert } from "../prometheus";
import type { Notice } from "../state";
import type { Message } from "../templates";
import { clockOf, dayOf, shortDay, spanOf } from "../time";
import { keyOf, type Episode, type Fired } from "./episodes";

/** All a digest reports of. */
export interface Report {
  readonly from: Date;
  readonly to: Date;
  /** Undefined: Prometheus did not answer. */
  readonly fired: readonly Fired[] | undefined;
  readonly firing: readonly ActiveAlert[];
  /** Deploys, rollbacks, drills and maintenance of the period. */
  readonly notices: readonly Notice[];
  /** Open in the period, newest first. */
  readonly incidents: readonly Incident[];
  /** Per system, of the checks of the period's days. */
  readonly availability: readonly { readonly title: string; readonly ratio: number | undefined }[];
}

const order = ["page", "ticket", "digest"];
const mostLines = 60;

export function digestMessage(report: Report, config: StatusConfig): Message {
  const { timeZone } = config;
  const fired = [...(report.fired ?? [])].sort(bySeverity);
  const loud = fired.filter(({ severity }) => severity !== "digest");
  const ongoing = loud.filter((entry) => entry.episodes.some((episode) => episode.ongoing));
  const ended = loud.filter((entry) => !ongoing.includes(entry));
  const quiet = fired.filter(({ severity }) => severity === "digest");
  const lines = [
    `Stack ${config.stack} (${config.environment}), ${moment(report.from, timeZone)} to ${moment(report.to, timeZone)} (${timeZone})`,
    "",
    report.fired === undefined ? "ALERTS UNKNOWN: Prometheus did not answer, so this report has none. Look at it first." : counts(fired),
    ...section("Still firing", ongoing.map((entry) => [alertLine(entry, config, report), ...summaryOf(entry, report.firing)].join("\n    "))),
    ...section("Fired and ended", ended.map((entry) => alertLine(entry, config, report))),
    ...section("For review (no alarm was raised)", quiet.map((entry) => alertLine(entry, config, report))),
    ...section("Incidents", report.incidents.map((entry) => incidentLine(entry, config, report.to))),
    ...section("Deploys, rollbacks, drills, maintenance", report.notices.map(({ at, title }) => `${moment(new Date(at), timeZone)}  ${title}`)),
    ...section("Availability", report.availability.map(({ title, ratio }) => `${title}: ${ratio === undefined ? "not checked" : percent(ratio)}`)),
    ...(config.publicUrl === undefined ? [] : ["", `Status page: ${config.publicUrl}`]),
  ];
  return { title: title(config, report, loud.length, ongoing.length, quiet.length), text: lines.join("\n") };
}

/** Never rounded up to a hundred: 99.996 % is not "100 %". */
export function percent(ratio: number): string {
  return ratio >= 1 ? "100 %" : ratio === 0 ? "0 %" : `${(Math.floor(ratio * 10_000) / 100).toFixed(2)} %`;
}

function title(config: StatusConfig, report: Report, loud: number, ongoing: number, quiet: number): string {
  const said =
    report.fired === undefined ? "alerts unknown"
    : loud === 0 ? `nothing fired${quiet === 0 ? "" : `, ${quiet} to review`}`
    : `${loud} fired, ${ongoing} still firing${quiet === 0 ? "" : `, ${quiet} to review`}`;
  return `Daily digest ${config.stack}, ${shortDay(dayOf(report.to, config.timeZone))}: ${said}`;
}

function counts(fired: readonly Fired[]): string {
  if (fired.length === 0) return "No alert fired.";
  const severities = [...new Set(fired.map(({ severity }) => severity))];
  return `Alerts: ${severities.map((severity) => `${fired.filter((entry) => entry.severity === severity).length} ${severity}`).join(", ")}`;
}

function section(name: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  const left = lines.length - mostLines;
  return ["", `${name} (${lines.length})`, ...lines.slice(0, mostLines).map((line) => `  ${line}`), ...(left > 0 ? [`  ... and ${left} more`] : [])];
}

function alertLine({ alert, severity, system, service, episodes }: Fired, config: StatusConfig, report: Report): string {
  const where = system === "stack" ? "stack" : titleOf(config, system);
  const last = episodes.at(-1);
  const times = episodes.length > 1 ? `, ${episodes.length} times` : "";
  return `${severity.padEnd(6)}  ${where}${service === undefined ? "" : ` ${service}`}: ${alert}, ${last === undefined ? "" : span(last, config.timeZone, report)}${times}`;
}

function span({ from, to, ongoing }: Episode, timeZone: string, report: Report): string {
  const sure = spanOf(to.getTime() - from.getTime());
  // What fired when the period began has fired for longer than is seen here.
  const length = from.getTime() - report.from.getTime() < 120_000 ? `over ${sure}` : sure;
  return ongoing ? `since ${moment(from, timeZone)} (${length})` : `${moment(from, timeZone)} to ${clockOf(to, timeZone)} (${length})`;
}

function summaryOf({ alert, severity, system, service }: Fired, firing: readonly ActiveAlert[]): string[] {
  const key = keyOf({ alertname: alert, severity, system, ...(service === undefined ? {} : { service }) });
  const summary = firing.find(({ labels }) => keyOf(labels) === key)?.summary;
  return summary === undefined ? [] : [summary];
}

function incidentLine(incident: Incident, config: StatusConfig, now: Date): string {
  const state = incident.resolved === undefined ? `open, ${incident.status}` : `resolved: ${incident.resolved.resolution}`;
  return `severity ${incident.severity}  ${titleOf(config, incident.system)}: ${incident.issue} (${spanOf(lasted(incident, now))}; ${state})`;
}

function moment(date: Date, timeZone: string): string {
  return `${shortDay(dayOf(date, timeZone))} ${clockOf(date, timeZone)}`;
}

function bySeverity(a: Fired, b: Fired): number {
  const rank = ({ severity }: Fired): number => (order.includes(severity) ? order.indexOf(severity) : order.length);
  return rank(a) - rank(b) || a.system.localeCompare(b.system) || a.alert.localeCompare(b.alert);
}
