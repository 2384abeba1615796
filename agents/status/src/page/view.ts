import type { StatusConfig } from "../config";
import type { History, Tally } from "../history";
import { closedAhead, isClosed, type ClosedView } from "../closed";
import { lasted, severities, type Incident } from "../incidents";
import { announcedMaintenance, isInMaintenance, type Announced } from "../maintenance";
import { titleOf } from "../config";
import { dayOf, daysUntil } from "../time";

export type State = "operational" | "degraded" | "outage" | "maintenance" | "unknown";
export type DayState = "operational" | "degraded" | "outage" | "maintenance" | "unknown";

export interface DayView {
  readonly day: string;
  readonly state: DayState;
  /** Successful checks out of all; absent where there was none. */
  readonly ratio?: number;
}

export interface SystemView {
  readonly id: string;
  readonly title: string;
  readonly url?: string;
  readonly state: State;
  readonly days: readonly DayView[];
  /** Over all days shown. */
  readonly ratio?: number;
}

export interface IncidentView {
  readonly id: string;
  readonly system: string;
  readonly systemTitle: string;
  readonly severity: number;
  readonly severityTitle: string;
  readonly issue: string;
  readonly impact: string;
  readonly status: string;
  readonly eta: string;
  readonly startedAt: string;
  readonly openedAt: string;
  readonly durationMs: number;
  readonly updates: readonly { readonly at: string; readonly status: string; readonly message?: string; readonly eta: string }[];
  readonly resolved?: { readonly at: string; readonly resolution: string; readonly nextSteps: string };
}

/** What visitors may know: no versions, no names of people, nothing about servers. */
export interface StatusView {
  readonly title: string;
  readonly url?: string;
  readonly timeZone: string;
  readonly now: Date;
  /** When Prometheus last answered. */
  readonly checkedAt?: Date;
  readonly state: State;
  readonly systems: readonly SystemView[];
  readonly open: readonly IncidentView[];
  readonly past: readonly IncidentView[];
  readonly maintenance: readonly Announced[];
  /** When visitors are turned away. */
  readonly closed: readonly ClosedView[];
}

export interface ViewInput {
  readonly config: StatusConfig;
  readonly history: History;
  /** Newest first. */
  readonly incidents: readonly Incident[];
  /** The last answer about each system, and when it came. */
  readonly checks: ReadonlyMap<string, { readonly up: boolean; readonly at: Date }>;
  readonly checkedAt?: Date;
  readonly now: Date;
  /** An answer older than this says nothing about now. */
  readonly freshMs: number;
}

const shownDays = 90;
const shownPast = 30;
/** Below it a day had an outage, not just a hiccup: 15 minutes of 24 hours. */
const outageBelow = 0.99;
const worst: readonly State[] = ["outage", "degraded", "unknown", "maintenance", "operational"];

export function viewOf(input: ViewInput): StatusView {
  const { config, now, checkedAt } = input;
  const systems = config.systems.map((system): SystemView => {
    const days = daysUntil(dayOf(now, config.timeZone), shownDays).map((day) => dayView(day, input.history.tally(day, system.id)));
    const tallies = days.map(({ day }) => input.history.tally(day, system.id));
    const total = tallies.reduce((sum, tally) => sum + tally.total, 0);
    return {
      id: system.id, title: system.title, state: stateOf(system.id, input), days,
      ...(system.url === undefined ? {} : { url: system.url }),
      ...(total === 0 ? {} : { ratio: tallies.reduce((sum, tally) => sum + tally.up, 0) / total }),
    };
  });
  const views = input.incidents.map((entry) => incidentView(entry, config, now));
  const oldest = new Date(now.getTime() - shownDays * 86_400_000).toISOString();
  return {
    title: config.title, timeZone: config.timeZone, now, systems,
    ...(config.publicUrl === undefined ? {} : { url: config.publicUrl }),
    ...(checkedAt === undefined ? {} : { checkedAt }),
    state: worst.find((state) => systems.some((system) => system.state === state)) ?? "unknown",
    open: views.filter(({ resolved }) => resolved === undefined),
    past: views.filter(({ resolved, openedAt }) => resolved !== undefined && openedAt >= oldest).slice(0, shownPast),
    maintenance: announcedMaintenance(config, now),
    closed: closedAhead(config, now),
  };
}

function dayView(day: string, { up, total, maintenance }: Tally): DayView {
  if (total === 0) return { day, state: maintenance > 0 ? "maintenance" : "unknown" };
  const ratio = up / total;
  return { day, ratio, state: ratio >= 1 ? "operational" : ratio < outageBelow ? "outage" : "degraded" };
}

/** What people know outranks what was measured; and an announced outage is none. */
function stateOf(system: string, { config, incidents, checks, now, freshMs }: ViewInput): State {
  const levels = incidents.filter((entry) => entry.resolved === undefined && [system, "stack"].includes(entry.system)).map(({ severity }) => severity);
  const check = checks.get(system);
  const isFresh = check !== undefined && now.getTime() - check.at.getTime() <= freshMs;
  const maintained = isInMaintenance(config, system, now);
  if (levels.includes(1)) return "outage";
  if (isClosed(config, system, now)) return "maintenance";
  if (maintained && !(isFresh && check.up)) return "maintenance";
  if (isFresh && !check.up) return "outage";
  // Severity 4 is cosmetic: it is shown, and changes no state.
  if (levels.some((level) => level < 4)) return "degraded";
  return isFresh ? "operational" : "unknown";
}

function incidentView(entry: Incident, config: StatusConfig, now: Date): IncidentView {
  const { id, system, severity, issue, impact, status, eta, startedAt, openedAt, resolved } = entry;
  return {
    id, system, severity, issue, impact, status, eta, startedAt, openedAt,
    systemTitle: titleOf(config, system),
    severityTitle: severities[severity].title,
    durationMs: lasted(entry, now),
    updates: entry.updates.map(({ at, status: said, message, eta: when }) => ({ at, status: said, eta: when, ...(message === undefined ? {} : { message }) })),
    ...(resolved === undefined ? {} : { resolved: { at: resolved.at, resolution: resolved.resolution, nextSteps: resolved.nextSteps } }),
  };
}
