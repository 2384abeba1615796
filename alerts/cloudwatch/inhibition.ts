import type { AlertClass } from "../types";
import type { RenderedRow } from "./alarms";
import type { CompositeAlarm, MetricAlarm } from "./types";

/** As Alertmanager's `routing/inhibition.ts` has it: a system that is down isn't slow as well (M3). */
const explainedByDown: readonly AlertClass[] = ["latency", "errors", "traffic", "monitoring"];

/** The composite that tells in place of the alarm itself. */
export const toldName = (name: string): string => `${name}-told`;

/**
 * A composite for each alarm that something worse may explain, or that is on only together with another. What none stands for
 * tells by itself.
 */
export function compositeAlarms<Name>(rendered: readonly RenderedRow<Name>[]): readonly CompositeAlarm[] {
  const all = rendered.flatMap(({ alarms }) => alarms);
  return rendered.flatMap(({ alarms, row }): CompositeAlarm[] => {
    if (row.measure.kind === "burnRate") {
      const [first] = alarms;
      return first === undefined ? [] : [composite(first, alarms, worse(first, all))];
    }
    return alarms.flatMap((alarm) => {
      const explaining = worse(alarm, all);
      return explaining.length === 0 ? [] : [composite(alarm, [alarm], explaining)];
    });
  });
}

/** Alarms that say more than this one. */
function worse<Name>(alarm: MetricAlarm<Name>, all: readonly MetricAlarm<Name>[]): MetricAlarm<Name>[] {
  return all.filter((other) => {
    if (other.severity !== "page" || other.system !== alarm.system || other.name === alarm.name) return false;
    if (other.class === "down" && alarm.system !== "stack" && explainedByDown.includes(alarm.class)) return true;
    // The worse of two thresholds, of the same thing.
    return alarm.severity === "ticket" && other.topic === alarm.topic && other.part === alarm.part;
  });
}

function composite<Name>(alarm: MetricAlarm<Name>, on: readonly MetricAlarm<Name>[], off: readonly MetricAlarm<Name>[]): CompositeAlarm {
  const { alert, class: kind, description, part, severity, system, topic } = alarm;
  const state = ({ name }: MetricAlarm<Name>): string => `ALARM("${name}")`;
  const without = off.length === 0 ? "" : ` AND NOT (${off.map(state).join(" OR ")})`;
  return {
    name: toldName(alarm.name), description, alert, class: kind, severity, system, topic, ...(part === undefined ? {} : { part }),
    rule: `${on.map(state).join(" AND ")}${without}`, of: [...on, ...off].map(({ name }) => name),
  };
}

/** Alarms whose composite tells for them. */
export function stoodFor<Name>(rendered: readonly RenderedRow<Name>[], composites: readonly CompositeAlarm[]): ReadonlySet<string> {
  const names = new Set(composites.map(({ name }) => name));
  return new Set(rendered.flatMap(({ alarms, row }) => (row.measure.kind === "burnRate" ? alarms : alarms.filter(({ name }) => names.has(toldName(name)))).map(({ name }) => name)));
}
