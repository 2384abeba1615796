import { stringify } from "yaml";
import { alertName, type RuleGroup } from "../../../alerts/prometheus";
import type { Amount } from "./signals";
import { labelsOf, type Story } from "./stories";

/**
 * Stories as files of `promtool test rules`, with the rules that they are about. Name -> text. Each alert's tests see its own
 * rules and what those read, as evaluating all 400 for every story would take minutes; the rules are the stack's, letter for letter.
 */
export function testFiles(stories: readonly Story[], rules: Readonly<Record<string, readonly RuleGroup[]>>): Record<string, string> {
  const files: Record<string, string> = {};
  const tests = new Map<string, { head: object; tests: object[] }>();
  for (const story of stories) {
    const { row, stepMinutes } = story;
    const name = `${row.system}.${row.id}`;
    files[`${name}.yml`] = yaml({ groups: narrowed(rules[row.system] ?? [], alertName(row.id)) });
    const key = `${name}.${stepMinutes}m.test.yml`;
    const file = tests.get(key) ?? { head: { rule_files: [`${name}.yml`], evaluation_interval: `${stepMinutes}m` }, tests: [] };
    file.tests.push(testGroup(story));
    tests.set(key, file);
  }
  return { ...files, ...Object.fromEntries([...tests].map(([name, { head, tests: own }]) => [name, yaml({ ...head, tests: own })])) };
}

const yaml = (value: object): string => stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });

/** The rules of one alert, and the recording rules that they read, or that those read. */
function narrowed(groups: readonly RuleGroup[], alert: string): RuleGroup[] {
  const kept = new Set<RuleGroup["rules"][number]>();
  for (const { rules } of groups) {
    // Backwards: a rule reads what was worked out before it.
    for (const rule of [...rules].reverse()) {
      if ("alert" in rule ? rule.alert === alert : [...kept].some(({ expr }) => expr.includes(rule.record))) kept.add(rule);
    }
  }
  // The other group's recordings too: a promise reads the hour's requests.
  for (const { rules } of groups) for (const rule of [...rules].reverse()) if ("record" in rule && [...kept].some(({ expr }) => expr.includes(rule.record))) kept.add(rule);
  return groups.map((group) => ({ ...group, rules: group.rules.filter((rule) => kept.has(rule)) })).filter(({ rules }) => rules.length > 0);
}

function testGroup(story: Story): object {
  const labels = labelsOf(story);
  const { alertname = "", severity = "", system = "" } = labels;
  const is = `alertname="${alertname}",severity="${severity}",system="${system}"`;
  const exactly = Object.entries(labels).map(([name, value]) => `${name}="${value}"`).join(", ");
  return {
    name: story.name,
    interval: `${story.stepMinutes}m`,
    input_series: inputSeries(story),
    promql_expr_test: story.checks.flatMap(({ at, on, pending }) => [
      {
        expr: `count by (${Object.keys(labels).join(", ")}) (ALERTS{${is},alertstate="firing"})`,
        eval_time: `${at}m`,
        exp_samples: on ? [{ labels: `{${exactly}}`, value: 1 }] : [],
      },
      ...(pending === undefined ? [] : [{
        expr: `sum(count_over_time(ALERTS{${is},alertstate="pending"}[${pending.minutes}m])) or vector(0)`,
        eval_time: `${at}m`,
        exp_samples: [{ labels: "{}", value: pending.steps }],
      }]),
    ]),
  };
}

function inputSeries({ phases, stepMinutes }: Story): { series: string; values: string }[] {
  const names = [...new Set(phases.flatMap(({ signals }) => Object.keys(signals)))];
  return names.map((series) => {
    let at = 0;
    let total = 0;
    const parts = phases.map(({ minutes, signals }) => {
      const steps = Math.ceil(minutes / stepMinutes);
      const amount = signals[series] ?? { kind: "absent" };
      const text = valuesText(amount, { from: at, steps, stepMinutes, total });
      if (amount.kind === "counter") total += amount.perMinute * stepMinutes * steps;
      at += steps * stepMinutes;
      return text;
    });
    return { series, values: parts.join(" ") };
  });
}

interface Span {
  /** Minutes since the beginning. */
  readonly from: number;
  readonly steps: number;
  readonly stepMinutes: number;
  /** What a counter had counted before. */
  readonly total: number;
}

function valuesText(amount: Amount, { from, steps, stepMinutes, total }: Span): string {
  const growing = (start: number, each: number): string => `${text(start)}${each < 0 ? "-" : "+"}${text(Math.abs(each))}x${steps - 1}`;
  const listed = (valueAt: (minute: number) => number): string => Array.from({ length: steps }, (_, step) => text(valueAt(from + step * stepMinutes))).join(" ");
  switch (amount.kind) {
    case "gauge":
      return growing(amount.value, 0);
    case "counter":
      return growing(total + amount.perMinute * stepMinutes, amount.perMinute * stepMinutes);
    case "moment":
      return growing(from * 60 - amount.secondsAgo, 60 * stepMinutes);
    case "changes":
      return listed((minute) => 1000 + Math.floor(minute / amount.everyMinutes));
    case "shrinks":
      return listed((minute) => amount.from * (1 - amount.perMinute) ** (minute - from));
    case "absent":
      return `_x${steps}`;
  }
}

/** Never with an exponent, which promtool would not read. */
const text = (value: number): string => value.toFixed(8).replace(/\.?0+$/, "");
