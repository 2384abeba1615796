import { systems } from "../../systems";
import { commandText } from "../commands";
import type { AlertRow, RulesInput, Severity } from "../types";
import { readLimit, units, type ReadLimit } from "../units";

/** An alert's words, with what is known only when it fires as Go templates. */
export function annotationsOf(row: AlertRow, severity: Severity, input: RulesInput): Record<string, string> {
  const limit = readLimit(row.limit);
  const fill = filler(row, severity, limit);
  const { stack, engineHost } = input;
  const command = commandText(row.command, { stack, system: row.system, ...(engineHost === undefined ? {} : { engineHost }) });
  return {
    summary: fill(row.summary),
    description: fill(row.description),
    command: fill(command),
    ...runbookOf(row, input),
    value: valueTemplate(limit, row),
  };
}

/** Where the runbook says what to do: its page, or the command that shows it; and what the team's own words for it were. */
function runbookOf({ id, runbook, system }: AlertRow, { runbookUrl, stack }: RulesInput): Record<string, string> {
  const from = `${runbook.file}, "${runbook.section}"`;
  if (runbookUrl === undefined) return { runbook: `npx stackbook --stack ${stack} runbook ${system} ${id} (from ${from})` };
  const link = `${runbookUrl}/${system}.md#${id}`;
  return { runbook: `${link} (from ${from})`, runbook_url: link };
}

/** Words in braces that a text uses. */
export function placeholders(text: string): readonly string[] {
  return [...text.matchAll(/\{([a-z_]+)\}/g)].map(([, name = ""]) => name);
}

function filler(row: AlertRow, severity: Severity, limit: ReadLimit): (text: string) => string {
  const known: Readonly<Record<string, string>> = {
    title: row.system === "stack" ? "the stack" : systems[row.system].title,
    value: valueTemplate(limit, row),
    threshold: units[limit.unit].text(limit.thresholds[severity] ?? 0),
  };
  return (text) => text.replace(/\{([a-z_]+)\}/g, (_, name: string) => known[name] ?? `{{ $labels.${name} }}`);
}

function valueTemplate({ unit }: ReadLimit, { measure }: AlertRow): string {
  switch (unit) {
    case "Percent":
      return "{{ $value | humanizePercentage }}";
    case "Milliseconds":
    case "Seconds":
    case "Hours":
    case "Days":
      return "{{ $value | humanizeDuration }}";
    case "PerSecond":
      return '{{ printf "%.1f" $value }} a second';
    case "PerMinute":
      // The row says "a minute" itself, where it is part of a sentence.
      return '{{ printf "%.1f" $value }}';
    case "Times":
      return measure.kind === "burnRate" || measure.kind === "againstLastWeek" ? '{{ printf "%.1f" $value }}' : '{{ printf "%.2f" $value }}';
    case "Count":
      return '{{ printf "%.0f" $value }}';
  }
}
