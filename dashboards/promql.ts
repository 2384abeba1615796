/** Small words of PromQL, so that boards read as what they show. */

/** Long enough for four readings, whatever the zoom: Grafana fills it in. */
export const window = "$__rate_interval";

export type Labels = Readonly<Record<string, string>>;

/** `{system="mps",service=~"$service"}`: a value opens with "~" (matches), "!~" (does not) or "!" (is not). */
export function where(labels: Labels): string {
  const parts = Object.entries(labels).map(([name, text]) => {
    const [, operator = "", value = ""] = /^(!~|!|~|)(.*)$/s.exec(text) ?? [];
    return `${name}${{ "": "=", "~": "=~", "!": "!=", "!~": "!~" }[operator] ?? "="}"${value}"`;
  });
  return parts.length === 0 ? "" : `{${parts.join(",")}}`;
}

export const perSecond = (metric: string, labels: Labels): string => `rate(${metric}${where(labels)}[${window}])`;

export const sumBy = (by: readonly string[], expr: string): string => (by.length === 0 ? `sum(${expr})` : `sum by (${by.join(", ")}) (${expr})`);

export const quantile = (q: number, by: readonly string[], histogram: string, labels: Labels): string =>
  `histogram_quantile(${q}, ${sumBy(["le", ...by], perSecond(`${histogram}_bucket`, labels))})`;

/** Part of a whole, 0-1: nothing while there is no whole, and none of it when the part never was. */
export const share = (part: string, whole: string): string => `(${part} or ${whole} * 0) / (${whole} > 0)`;
