import { severities, type Severity } from "../types";
import { renderRows } from "./alarms";
import { compositeAlarms, stoodFor } from "./inhibition";
import type { CloudWatchAlarms, CloudWatchInput } from "./types";

export type { AlarmFacts, CloudWatchAlarms, CloudWatchInput, CompositeAlarm, DatabasePlaces, EdgePlaces, LogFilter, MetricAlarm, Places, Query, ServicePlaces, SystemPlaces, Unjudged } from "./types";
export { logGroupName, namespaceOf } from "./judged";
export { muteRules, type MuteRule } from "./mute";

/** The one catalogue as CloudWatch's alarms: what is judged, what it is kept back by, which lines are counted, and what isn't judged and why. */
export function renderCloudWatch<Name>(input: CloudWatchInput<Name>): CloudWatchAlarms<Name> {
  const { rendered, unjudged } = renderRows(input);
  const alarms = rendered.flatMap((each) => each.alarms);
  const composites = compositeAlarms(rendered);
  const silent = stoodFor(rendered, composites);
  const telling = [...alarms.filter(({ name }) => !silent.has(name)), ...composites];
  return {
    alarms, composites, unjudged,
    // Several alarms look at one figure.
    filters: [...new Map(rendered.flatMap(({ filters }) => filters).map((filter) => [filter.name, filter])).values()],
    telling: Object.fromEntries(severities.map((severity) => [severity, telling.filter((alarm) => alarm.severity === severity).map(({ name }) => name)])) as Record<Severity, string[]>,
  };
}
