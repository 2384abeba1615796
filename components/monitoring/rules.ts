import { renderPrometheusRules, type CatalogueInput, type RulesInput } from "../../alerts";
import type { Job } from "../../alerts/metrics";
import type { StackConfig } from "../../config/types";
import { versionsOf } from "../../config/versions";
import type { RunningSystem } from "../outputs";
import { closedTimes } from "./closed";
import type { OptionalPart } from "./facts";

/** What the catalogue must know to leave out alerts on what nobody exports here. */
export function catalogueInput({ backups }: StackConfig, systems: readonly Pick<RunningSystem, "config">[], parts: readonly OptionalPart[]): CatalogueInput {
  const optional: readonly (readonly [OptionalPart, Job])[] = [["cadvisor", "containers"], ["loki", "loki"], ["collector", "collector"], ["status", "status"]];
  return {
    systems: systems.map(({ config, config: { backups: own, redis, services, spec } }) => ({
      id: spec.id,
      redis,
      replicas: { backend: services.backend.replicas, frontend: services.frontend.replicas },
      ...(config.beside === undefined ? {} : { versions: { running: 2, serving: versionsOf(config).filter(({ percent }) => percent > 0).length } }),
      ...(config.halted === undefined ? {} : { halted: config.halted }),
      ...(own === undefined ? {} : { backup: { everyHours: own.everyHours, verified: backups.encryption.kind === "symmetric", drilled: backups.drill.enabled } }),
    })),
    jobs: ["edge", "edge-log", "host", "blackbox", "prometheus", "alertmanager", "backup", ...optional.filter(([part]) => parts.includes(part)).map(([, job]) => job)],
  };
}

/** What a stack's rules are made from; commands and the runbook read the same. */
export function rulesInput(stack: StackConfig, systems: readonly Pick<RunningSystem, "config">[], parts: readonly OptionalPart[]): RulesInput {
  return {
    ...catalogueInput(stack, systems, parts),
    stack: stack.stack,
    ...(stack.host === undefined ? {} : { engineHost: stack.host }),
    scrapeSeconds: stack.monitoring.scrapeSeconds,
    escalationMinutes: stack.alerts.escalation.afterMinutes,
    timeZone: stack.monitoring.timeZone,
    expectedLoad: stack.alerts.expectedLoad,
    thresholds: stack.alerts.thresholds,
    maintenance: stack.alerts.maintenance,
    closed: closedTimes(stack),
    ...(stack.alerts.runbookUrl === undefined ? {} : { runbookUrl: stack.alerts.runbookUrl }),
  };
}

/** Prometheus's rules from the catalogue of alerts, as files below `rules/`. */
export function renderRules(stack: StackConfig, systems: readonly RunningSystem[], parts: readonly OptionalPart[]): Record<string, string> {
  const files = renderPrometheusRules(rulesInput(stack, systems, parts));
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [`rules/${name}`, text]));
}
