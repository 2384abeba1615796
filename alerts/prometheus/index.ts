import { stringify } from "yaml";
import { alertRows } from "../catalogue";
import type { AlertRow, RulesInput } from "../types";
import { expectedLoadRules } from "./expectedLoad";
import { maintenanceRules } from "./maintenance";
import { objectiveRules, trafficRules, type RecordingRule } from "./recording";
import { alertingRules, type AlertingRule } from "./rules";

export { alertName } from "./names";
export { recorded } from "./recording";

export interface RuleGroup {
  readonly name: string;
  readonly interval?: string;
  readonly rules: readonly (RecordingRule | AlertingRule)[];
}

/** Rule files by name (`mps.yml`, `stack.yml`), as YAML. A file of a system comes and goes with it. */
export function renderPrometheusRules(input: RulesInput): Record<string, string> {
  return Object.fromEntries(
    Object.entries(ruleFiles(input)).map(([name, groups]) => [
      `${name}.yml`,
      `# Written by the stack's update, from the catalogue in alerts/; changes are lost with the next one.\n${stringify({ groups }, { lineWidth: 0, aliasDuplicateObjects: false })}`,
    ]),
  );
}

/** The same before it is text. What rules of a group read is worked out first in the same group, so that nothing comes a round late. */
export function ruleFiles(input: RulesInput): Record<string, RuleGroup[]> {
  const rows = alertRows(input);
  const of = (belongs: (row: AlertRow) => boolean): AlertingRule[] => rows.filter(belongs).flatMap((row) => alertingRules(row, input));
  const hasLog = input.jobs.includes("edge-log");
  const files = input.systems.map(({ id }): [string, RuleGroup[]] => {
    const slow = (row: AlertRow): boolean => row.measure.kind === "burnRate";
    const objectives = objectiveRules(id, input.scrapeSeconds);
    return [
      id,
      [
        {
          name: id,
          rules: [...maintenanceRules(id, input), ...(hasLog ? trafficRules(id, input.scrapeSeconds) : []), ...expectedLoadRules(id, input.timeZone, input.expectedLoad?.[id]), ...of((row) => row.system === id && !slow(row))],
        },
        // Windows of days: looked at each minute.
        ...(objectives.length === 0 ? [] : [{ name: `${id}-promises`, interval: `${Math.max(60, input.scrapeSeconds)}s`, rules: [...objectives, ...of((row) => row.system === id && slow(row))] }]),
      ],
    ];
  });
  return Object.fromEntries([...files, ["stack", [{ name: "stack", rules: of((row) => row.system === "stack") }]]]);
}
