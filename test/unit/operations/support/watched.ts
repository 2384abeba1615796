import type { Container, Engine, Labels } from "../../../../operations/engine";
import type { Stack, StackOutputs } from "../../../../operations/stack";
import type { ReleaseOutputs, ReleaseRecord } from "../../../../releases/record";
import { FakeEngine } from "./engine";
import { noCli } from "./fakes";
import { container, prometheusExec, type PrometheusAnswers } from "./prometheus";

/** When tests of a made-up stack look at it, see `stackbook` in fakes.ts. */
export const now = new Date("2026-11-21T10:00:00Z");

export function part(name: string, system: string, service: string, role: string, change: Partial<Container> = {}): Container {
  const { labels, ...rest } = change;
  return container(name, { ...rest, labels: { "stackbook.stack": "dev", "stackbook.system": system, "stackbook.service": service, "stackbook.role": role, ...labels } });
}

const app = { labels: { "stackbook.version": "1.0.0", "stackbook.slot": "a" } };

/** Motel and the stack's own parts, all well. */
export const wellContainers: readonly Container[] = [
  part("motel-backend-a-0-1a2b3c4", "motel", "backend", "app", app), part("motel-frontend-a-0-1a2b3c4", "motel", "frontend", "app", app),
  part("motel-database-1a2b3c4", "motel", "database", "database"), part("motel-cache-1a2b3c4", "motel", "cache", "cache"), part("motel-backup-1a2b3c4", "motel", "backup", "backup"),
  part("edge-1a2b3c4", "stack", "edge", "edge"), part("prometheus-1", "stack", "prometheus", "monitoring"), part("mtail-1a2b3c4", "stack", "mtail", "monitoring", { health: undefined }),
];

export function changed(name: string, change: Partial<Container>, of: readonly Container[] = wellContainers): readonly Container[] {
  return of.map((each) => (each.name.startsWith(name) ? { ...each, ...change } : each));
}

export function release(number: number, change: Partial<ReleaseRecord> = {}, version = "1.0.0"): ReleaseRecord {
  return {
    number, sequence: number, at: `2026-11-2${Math.min(number, 9)}T09:00:30.000Z`, operation: { command: "deploy", what: `deploy motel ${version}`, who: "ana@desk", why: "new prices" }, commit: "c0ffee", dirty: false,
    configHash: "h", config: { "stackbook:systems": '{"motel":{"version":"1.0.0"}}' },
    systems: { motel: { version, slot: "a", images: { backend: "sha256:motel-backend-a-0-1a2b3c4", frontend: "sha256:motel-frontend-a-0-1a2b3c4" } } }, tools: {}, ...change,
  };
}

export const history = [
  { kind: "update", startTime: "2026-11-21T09:30:00.000Z", endTime: "2026-11-21T09:30:20.000Z", result: "failed", message: "deploy motel 1.1.0 (by ana@desk): lower prices", environment: {}, resourceChanges: { same: 90, update: 1 } },
  { kind: "update", startTime: "2026-11-21T09:00:00.000Z", endTime: "2026-11-21T09:00:31.000Z", result: "succeeded", message: "deploy motel 1.0.0 (by ana@desk): new prices", environment: { "git.head": "c0ffee" }, resourceChanges: { same: 90, create: 3 } },
];

export interface Made {
  readonly outputs?: Partial<StackOutputs> & ReleaseOutputs;
  readonly change?: Partial<Stack>;
  readonly history?: readonly unknown[];
}

/** A stack with motel. */
export function watchedStack({ change, history: updates = history, outputs }: Made = {}): Stack {
  const made = wellContainers.map(({ id, image, labels, name }) => ({ id, name, image: image.reference, labels, leaving: false }));
  const all: StackOutputs & ReleaseOutputs = {
    environment: "prod",
    systems: { motel: { title: "Motel Manager", version: "1.0.0", enabled: true, url: "https://motel.example.org", paths: ["/", "/api", "/health"] } },
    monitoring: { status: "https://status.example.org", statusContainer: null, prometheus: "https://prometheus.example.org", alertmanager: null, grafana: null, missing: [{ part: "dashboards", why: "no image" }] },
    release: release(1),
    ...outputs,
  };
  return {
    name: "dev", outputs: all, dockerHost: undefined, state: { containers: made, pending: [] }, settings: { "stackbook:systems": { value: '{"motel":{"version":"1.0.0"}}', secret: false } },
    cli: { ...noCli, run: (args) => (args[1] === "history" ? Promise.resolve(JSON.stringify(updates)) : noCli.run(args)) },
    ...change,
  };
}

/** Values of any expression, by the first of these parts that it holds; nothing else has any. */
export function valuesBy(parts: Readonly<Record<string, number>>, labels: Readonly<Record<string, string>> = { system: "motel" }): PrometheusAnswers["values"] {
  return (promql) => {
    const found = Object.entries(parts).find(([part_]) => promql.includes(part_));
    return found === undefined ? [] : [[labels, found[1]]];
  };
}

/** What status asks, by a part of each question that no other has. */
export const figures = { histogram_quantile: 0.0221, 'status_class="5xx"': 0.004, "system:edge_requests:rate": 12.34, probe_success: 1, last_success: 5400, last_run_failed: 0 };

export function watchedEngine(containers: readonly Container[] = wellContainers, answers: PrometheusAnswers = { values: valuesBy(figures) }, change: Partial<Engine> = {}): FakeEngine {
  return new FakeEngine({
    containers: (labels: Labels, { all = true } = {}) =>
      Promise.resolve(containers.filter((each) => (all || each.state === "running") && Object.entries(labels).every(([name, value]) => value === undefined || each.labels[name] === value))),
    exec: prometheusExec(answers),
    ...change,
  });
}
