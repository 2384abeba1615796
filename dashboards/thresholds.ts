import type { Threshold } from "@grafana/grafana-foundation-sdk/dashboard";
import type { Line, Panel } from "./model";

const colors: Readonly<Record<Line["severity"], string>> = { page: "red", ticket: "orange", digest: "blue" };
const severest = ["page", "ticket", "digest"] as const;
const fine = "green";

/**
 * Grafana's steps for a panel's lines. A graph draws a line at each step in the step's own colour; a figure is
 * coloured by the step it has reached, so there what is wrong below a line colours everything down to the next one.
 */
export function steps(panel: Pick<Panel, "kind" | "lines">): Threshold[] {
  const lines = distinct(panel.lines ?? []);
  if (panel.kind === "lines") return [{ value: null, color: fine }, ...lines.map(({ value, severity }) => ({ value, color: colors[severity] }))];
  const colorAt = (value: number): string => {
    const broken = lines.filter((line) => (line.below ? value < line.value : value >= line.value)).map(({ severity }) => severity);
    const worst = severest.find((severity) => broken.includes(severity));
    return worst === undefined ? fine : colors[worst];
  };
  return [{ value: null, color: colorAt(-Infinity) }, ...lines.map(({ value }) => ({ value, color: colorAt(value) }))];
}

/** In order, and where two severities share a value, the severer one: Grafana draws one line there. */
function distinct(lines: readonly Line[]): Line[] {
  const byValue = new Map<number, Line>();
  for (const severity of [...severest].reverse()) {
    for (const line of lines) if (line.severity === severity) byValue.set(line.value, line);
  }
  return [...byValue.values()].sort((a, b) => a.value - b.value);
}
