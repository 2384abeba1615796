import { Visitor } from "../../support/http";

export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

export interface Target {
  readonly labels: Readonly<Record<string, string>>;
  readonly health: "up" | "down" | "unknown";
  readonly lastError: string;
  readonly scrapeUrl: string;
}

export interface FiringAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly state: "pending" | "firing";
  readonly activeAt: string;
  readonly annotations: Readonly<Record<string, string>>;
}

interface Envelope<T> {
  readonly status: "success" | "error";
  readonly data: T;
  readonly error?: string;
}

/** Prometheus, as an operator reaches it: through the edge, with the operators' password. */
export class PrometheusClient {
  private readonly visitor: Visitor;
  private readonly headers: Readonly<Record<string, string>>;

  constructor(origin: string, ca: string, operator: { readonly user: string; readonly password: string }) {
    this.visitor = new Visitor(origin, ca, true);
    this.headers = { authorization: `Basic ${Buffer.from(`${operator.user}:${operator.password}`).toString("base64")}` };
  }

  /** An instant query; a query that Prometheus can't read is an error with its own words. */
  async query(text: string): Promise<readonly Series[]> {
    const { result } = await this.ask<{ result: readonly Series[] }>(`/api/v1/query?query=${encodeURIComponent(text)}`, text);
    return result;
  }

  async value(text: string): Promise<number | undefined> {
    const [series] = await this.query(text);
    return series === undefined ? undefined : Number(series.value[1]);
  }

  /** Names of all series there are. */
  names(): Promise<readonly string[]> {
    return this.ask("/api/v1/label/__name__/values");
  }

  async targets(): Promise<readonly Target[]> {
    const { activeTargets } = await this.ask<{ activeTargets: readonly Target[] }>("/api/v1/targets?state=active");
    return activeTargets;
  }

  async alerts(): Promise<readonly FiringAlert[]> {
    const { alerts } = await this.ask<{ alerts: readonly FiringAlert[] }>("/api/v1/alerts");
    return alerts;
  }

  close(): void {
    this.visitor.close();
  }

  private async ask<T>(path: string, what = path): Promise<T> {
    const { status, body } = await this.visitor.ask(path, { headers: this.headers });
    const answer = body.startsWith("{") ? (JSON.parse(body) as Envelope<T>) : undefined;
    if (status !== 200 || answer?.status !== "success") throw new Error(`Prometheus answered ${status} to ${what}: ${answer?.error ?? body.slice(0, 300)}`);
    return answer.data;
  }
}
