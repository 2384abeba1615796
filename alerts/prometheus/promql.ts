import type { Labels } from "../measures";

/** Small words of PromQL, so that what measures become reads as what it is. */

/** `{system="mps",service=~"a|b"}`: a value that opens with "~" is a pattern, with "!~" one that must not fit, with "!" one that it must not be. */
export function where(labels: Labels): string {
  const parts = Object.entries(labels).map(([name, text]) => {
    const [, operator = "", value = ""] = /^(!~|!|~|)(.*)$/s.exec(text) ?? [];
    return `${name}${{ "": "=", "~": "=~", "!": "!=", "!~": "!~" }[operator] ?? "="}"${value.replaceAll("\\", "\\\\")}"`;
  });
  return parts.length === 0 ? "" : `{${parts.join(",")}}`;
}

export function by(aggregation: string, labels: readonly string[], expr: string): string {
  return labels.length === 0 ? `${aggregation}(${expr})` : `${aggregation} by (${labels.join(", ")}) (${expr})`;
}

export const rate = (metric: string, labels: Labels, minutes: number): string => `rate(${metric}${where(labels)}[${minutes}m])`;
export const increase = (metric: string, labels: Labels, minutes: number): string => `increase(${metric}${where(labels)}[${minutes}m])`;

/** A window holds four readings at least: a rate needs two, and one may fail. */
export function windowMinutes(wanted: number, scrapeSeconds: number): number {
  return Math.max(wanted, Math.ceil((4 * scrapeSeconds) / 60));
}

/** A label as it is; `or` and arithmetic go by labels. */
export const withLabel = (expr: string, label: string, value: string): string => `label_replace(${expr}, "${label}", "${value}", "", "")`;
