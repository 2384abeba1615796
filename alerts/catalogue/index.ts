import { systemIds, systems, type SystemId } from "../../systems";
import { metricOfSeries, type Job } from "../metrics";
import { metricsOfMeasure } from "../readsOf";
import type { AlertRow, CatalogueInput, WatchedSystem } from "../types";
import { backups } from "./backups";
import { escalations } from "./escalation";
import { everySystem } from "./everySystem";
import { fetms } from "./fetms";
import { host } from "./host";
import { memo } from "./memo";
import { monitoring } from "./monitoring";
import { motel } from "./motel";
import { mps } from "./mps";
import { sms } from "./sms";
import { stack } from "./stack";
import { stores } from "./stores";

const ofRunbook: Readonly<Record<SystemId, readonly AlertRow[]>> = { mps, fetms, memo, motel, sms };

/** Every alert that a stack has: its systems', the host's, the edge's, the monitoring's own. */
export function alertRows(input: CatalogueInput & { readonly escalationMinutes?: number }): readonly AlertRow[] {
  const rows = [
    ...input.systems.flatMap((system) => [...ofRunbook[system.id], ...everySystem(system), ...stores(system), ...backups(system)]),
    ...host(input.systems),
    ...stack,
    ...monitoring,
    ...escalations(input.escalationMinutes ?? defaultEscalationMinutes).filter(({ system }) => input.systems.some(({ id }) => id === system)),
  ];
  return rows.filter((row) => isFed(row, input));
}

/** mps.md, P2 - High Priority. */
export const defaultEscalationMinutes = 30;

/** The stack's jobs that all alerts together need. */
export const allJobs: readonly Job[] = ["edge", "edge-log", "host", "containers", "blackbox", "status", "backup", "prometheus", "alertmanager", "loki", "collector"];

/** All five systems as their runbooks have them, with everything that can be watched. */
export const everything: CatalogueInput = { systems: systemIds.map(watched), jobs: allJobs };

export function watched(id: SystemId): WatchedSystem {
  const { backup, services, redis } = systems[id];
  return {
    id, redis: redis !== undefined, replicas: { backend: services.backend.replicas, frontend: services.frontend.replicas },
    backup: { everyHours: backup.everyHours, verified: true, drilled: true },
  };
}

const ofSystems: readonly Job[] = ["app", "postgres", "mongodb", "redis", "any"];

/** True when somebody exports what the alert looks at. */
function isFed({ measure }: AlertRow, { systems: running, jobs }: CatalogueInput): boolean {
  // Without systems there is nobody to ask.
  if (measure.kind === "targets" && measure.job === "blackbox" && running.length === 0) return false;
  const needed = measure.kind === "targets" ? [measure.job] : metricsOfMeasure(measure).flatMap((name) => metricOfSeries(name)?.job ?? []);
  return needed.every((job) => ofSystems.includes(job) || jobs.includes(job));
}
