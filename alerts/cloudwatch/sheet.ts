import type { Query } from "./types";

/** The metrics of one alarm and what is worked out of them: a metric that is asked for twice is there once. */
export class Sheet<Name> {
  private readonly metrics: Required<Pick<Query<Name>, "id" | "metric">>[] = [];

  /** @param periodSeconds of all of its metrics: 60, or a multiple of it up to a day */
  constructor(readonly periodSeconds: number) {}

  /** Its name in expressions. */
  metric(namespace: string, metricName: string, stat: string, dimensions: Readonly<Record<string, Name | string>>): string {
    const same = this.metrics.find(({ metric }) => metric.namespace === namespace && metric.metricName === metricName && metric.stat === stat && sameDimensions(metric.dimensions, dimensions));
    if (same !== undefined) return same.id;
    const id = `m${this.metrics.length}`;
    this.metrics.push({ id, metric: { namespace, metricName, period: this.periodSeconds, stat, dimensions } });
    return id;
  }

  /** What an alarm looks at: its metrics, and the one expression whose value counts. */
  queries(expression: string, label: string): Query<Name>[] {
    const only = this.metrics.find(({ id }) => id === expression);
    return [
      ...this.metrics.map(({ id, metric }) => ({ id, metric, returnData: id === expression })),
      ...(only === undefined ? [{ id: "value", expression, label, returnData: true }] : []),
    ];
  }
}

function sameDimensions<Name>(one: Readonly<Record<string, Name | string>>, other: Readonly<Record<string, Name | string>>): boolean {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
}

/** Nothing counted is no figure on AWS, not 0. */
export const orZero = (id: string): string => `FILL(${id}, 0)`;

export const sum = (terms: readonly string[]): string => (terms.length === 1 ? terms.join("") : `(${terms.join(" + ")})`);

/** The worst of several series, period by period. */
export const highest = (terms: readonly string[]): string => (terms.length === 1 ? terms.join("") : `MAX([${terms.join(", ")}])`);
