import { strict as assert } from "node:assert";
import { monitoringDoors } from "../../../components/monitoring/doors";
import { watchedSystem } from "../../../components/monitoring/watched";
import { parseConfig } from "../../../config/parse";
import type { StackConfig } from "../../../config/types";

const all = JSON.stringify(Object.fromEntries(["mps", "fetms", "memo", "motel", "sms"].map((id) => [id, { version: "1.0.0" }])));
const config = (values: Record<string, string> = {}): StackConfig =>
  parseConfig({ project: "stackbook", stack: "dev", values: { "stackbook:systems": all, ...values }, secretKeys: new Set(), source: "Pulumi.dev.yaml" });

describe("what is watched of a system", () => {
  const stack = config();
  const watched = Object.fromEntries(stack.systems.map((system) => [system.spec.id, watchedSystem(stack, system, { backend: [{ slot: "a", host: "b" }], frontend: [{ slot: "a", host: "f" }] })]));

  it("is each system's first page, and its backend's health where visitors can ask for it", () => {
    const probes = Object.fromEntries(Object.entries(watched).map(([id, system]) => [id, system.probes.map(({ service, path }) => `${service} ${path}`)]));
    assert.deepEqual(probes, {
      mps: ["frontend /", "backend /api/health"],
      fetms: ["frontend /", "backend /api/health"],
      memo: ["frontend /", "backend /api/health"],
      motel: ["frontend /", "backend /health"],
      sms: ["frontend /", "backend /health"],
    });
  });

  it("is the endpoint in Prometheus's format, of those a system has", () => {
    const paths = Object.fromEntries(Object.entries(watched).map(([id, system]) => [id, system.services.map(({ metricsPath }) => metricsPath)]));
    assert.deepEqual(paths.motel, ["/metrics/prometheus", undefined]);
    for (const id of ["mps", "fetms", "memo", "sms"]) assert.deepEqual(paths[id], ["/metrics", undefined], id);
  });

  it("are the agents that back it up and drill, where the stack file wants them", () => {
    const agents = (values: Record<string, string>): unknown => {
      const own = config(values);
      return own.systems.map((system) => watchedSystem(own, system, { backend: [], frontend: [] }).backup)[0];
    };
    const backups = (value: object): Record<string, string> => ({ "stackbook:backups": JSON.stringify(value) });
    assert.deepEqual(agents(backups({ enabled: true })), { agent: "mps-backup", drill: "mps-drill" });
    assert.deepEqual(agents(backups({ enabled: true, drill: { enabled: false } })), { agent: "mps-backup" });
    assert.equal(agents(backups({ enabled: false })), undefined);
  });

  it("is the audit log of MPS and SMS", () =>
    assert.deepEqual(Object.values(watched).filter(({ auditLog }) => auditLog).map(({ id }) => id), ["mps", "sms"]));
});

describe("doors of the monitoring", () => {
  const names = (values: Record<string, string>, lacking: readonly string[] = []): string[] =>
    monitoringDoors(config(values), (image) => (lacking.includes(image) ? "not here" : undefined)).map(({ name }) => name);
  const monitoring = (value: object): Record<string, string> => ({ "stackbook:monitoring": JSON.stringify(value) });

  it("lead to all pages in dev, with the operators' own behind their password", () => {
    assert.deepEqual(names({}), ["status", "grafana", "prometheus", "alerts"]);
    assert.deepEqual(monitoringDoors(config(), () => undefined).filter(({ operatorsOnly }) => operatorsOnly).map(({ host }) => host), ["prometheus.localhost", "alerts.localhost"]);
  });

  it("lead to what is switched on and can be had", () => {
    assert.deepEqual(names(monitoring({ operatorPages: false })), ["status", "grafana"]);
    assert.deepEqual(names(monitoring({ dashboards: { enabled: false }, statusPage: { enabled: false } })), ["prometheus", "alerts"]);
    assert.deepEqual(names({}, ["grafana"]), ["status", "prometheus", "alerts"]);
    assert.deepEqual(names(monitoring({ enabled: false })), []);
  });
});
