import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Sessions } from "./auth/sessions";
import type { Database } from "./database";
import type { Events } from "./events";
import type { Response, Route } from "./http/types";
import { describeError, type Log } from "./log";
import type { CommonSettings } from "./settings";
import { tableOf } from "./systems";
import type { BusinessMetric, GaugeSource } from "./systems/types";
import { users } from "./systems/users";

const activeMinutes = 15;
/** Two scrapers, or Prometheus and a curious person, ask the database once. */
const gaugeCacheMs = 2000;

/** Buckets that have a bound at every threshold of the runbooks: 0.2, 0.5, 1, 2, 3 and 5 s. */
const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.35, 0.5, 1, 2, 3, 5, 10];

export interface GaugeParts {
  readonly database: Database;
  readonly sessions: Pick<Sessions, "count">;
  readonly sockets?: { readonly connections: number; readonly users: number };
}

export class Metrics {
  readonly registry = new Registry();
  private readonly requests: Histogram<"method" | "route" | "status">;

  constructor(private readonly settings: CommonSettings, private readonly log: Log) {
    collectDefaultMetrics({ register: this.registry });
    this.requests = new Histogram({
      name: "http_request_duration_seconds", help: "Time from request to answer", labelNames: ["method", "route", "status"], buckets, registers: [this.registry],
    });
    new Gauge({
      name: "app_info", help: "1, with the version as a label", labelNames: ["version"], registers: [this.registry],
    }).set({ version: settings.version }, 1);
  }

  readonly observe = (method: string, route: string, status: number, seconds: number): void => {
    this.requests.observe({ method, route, status: String(status) }, seconds);
  };

  addBusiness(events: Events, parts: GaugeParts): void {
    for (const metric of this.settings.system.business) {
      if (metric.kind === "counter") this.addCounter(metric, events);
      else this.addGauge(metric, parts);
    }
  }

  routes(): readonly Route[] {
    return this.settings.system.metrics.map((endpoint) => ({
      method: "GET", path: endpoint.path, quiet: "always", handler: () => (endpoint.format === "json" ? this.json() : this.text()),
    }));
  }

  async text(): Promise<Response> {
    return { status: 200, body: await this.registry.metrics(), headers: { "content-type": this.registry.contentType } };
  }

  /** The system's own figures as one object, for people with `curl | jq`: `motel_tasks_pending` is `tasks_pending`. */
  private async json(): Promise<Response> {
    const figures: Record<string, number> = {};
    for (const { name } of this.settings.system.business) {
      const found = await this.registry.getSingleMetric(name)?.get();
      const value = found?.values[0]?.value;
      if (value !== undefined) figures[name.replace(`${this.settings.system.id}_`, "")] = value;
    }
    return { status: 200, body: { system: this.settings.system.id, version: this.settings.version, ...figures } };
  }

  private addCounter(metric: Extract<BusinessMetric, { kind: "counter" }>, events: Events): void {
    const counter = new Counter({ name: metric.name, help: metric.help, registers: [this.registry] });
    events.on(metric.event, () => counter.inc());
  }

  private addGauge(metric: Extract<BusinessMetric, { kind: "gauge" }>, parts: GaugeParts): void {
    const read = reader(this.settings, metric.from, parts);
    const { log } = this;
    let readAt = 0;
    new Gauge({
      name: metric.name, help: metric.help, registers: [this.registry],
      async collect() {
        if (Date.now() - readAt < gaugeCacheMs) return;
        try {
          this.set(await read());
          readAt = Date.now();
        } catch (error) {
          // No figure is better than an old one, and one that fails must not take the others with it.
          this.remove();
          log.debug("a figure could not be read", { metric: metric.name, error: describeError(error) });
        }
      },
    });
  }
}

function reader(settings: CommonSettings, source: GaugeSource, parts: GaugeParts): () => Promise<number> | number {
  switch (source.kind) {
    case "rows": {
      const table = tableOf(settings.system, source.table);
      return () => parts.database.count(table, source.where ?? {});
    }
    case "activeUsers":
      return () => parts.database.countSince(users, "lastSeenAt", new Date(Date.now() - activeMinutes * 60_000));
    case "sessions":
      return () => parts.sessions.count();
    case "uptime":
      return () => process.uptime();
    case "heapUsed":
      return () => process.memoryUsage().heapUsed;
    case "socketConnections":
      return () => parts.sockets?.connections ?? 0;
    case "socketUsers":
      return () => parts.sockets?.users ?? 0;
  }
}
