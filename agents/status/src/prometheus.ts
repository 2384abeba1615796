import { z } from "zod";
import { ask } from "./ask";

/** Series with the values asked for. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Range {
  readonly labels: Readonly<Record<string, string>>;
  /** Seconds since 1970 at which the series had a value. */
  readonly times: readonly number[];
}

export interface ActiveAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly summary: string | undefined;
  readonly since: Date;
}

const labels = z.record(z.string(), z.string());
const vector = z.object({ data: z.object({ result: z.array(z.object({ metric: labels, value: z.tuple([z.number(), z.string()]) })) }) });
const matrix = z.object({ data: z.object({ result: z.array(z.object({ metric: labels, values: z.array(z.tuple([z.number(), z.string()])) })) }) });
const active = z.object({
  data: z.object({ alerts: z.array(z.object({ labels, annotations: labels.default({}), state: z.string(), activeAt: z.string() })) }),
});

/** Shorter than the pause between two checks. */
const timeoutMs = 15_000;

/** The three questions the agent has for Prometheus's HTTP API. */
export class Prometheus {
  constructor(private readonly base: () => string) {}

  async query(expression: string): Promise<Sample[]> {
    const { data } = vector.parse(await this.get("query", { query: expression }));
    return data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
  }

  async range(expression: string, start: Date, end: Date, stepSeconds: number): Promise<Range[]> {
    const seconds = (date: Date): string => String(Math.floor(date.getTime() / 1000));
    const answer = await this.get("query_range", { query: expression, start: seconds(start), end: seconds(end), step: String(stepSeconds) });
    return matrix.parse(answer).data.result.map(({ metric, values }) => ({ labels: metric, times: values.map(([time]) => time) }));
  }

  /** What fires now, with the summary that Prometheus filled in. */
  async firing(): Promise<ActiveAlert[]> {
    const { data } = active.parse(await this.get("alerts", {}));
    return data.alerts
      .filter(({ state }) => state === "firing")
      .map(({ labels: own, annotations, activeAt }) => ({ labels: own, summary: annotations["summary"], since: new Date(activeAt) }));
  }

  private async get(what: string, parameters: Record<string, string>): Promise<unknown> {
    const url = new URL(`api/v1/${what}`, `${this.base().replace(/\/$/, "")}/`);
    // By POST where there is a query: an address has a limit, a body has none.
    const { status, text } = await ask(url, Object.keys(parameters).length === 0
      ? { timeoutMs }
      : { method: "POST", type: "application/x-www-form-urlencoded", body: new URLSearchParams(parameters).toString(), timeoutMs });
    if (status !== 200) throw new Error(`Prometheus answered ${status} to ${what}: ${text.slice(0, 300)}`);
    return JSON.parse(text);
  }
}
