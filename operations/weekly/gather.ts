import { Problem } from "../problem";
import { readUpdates } from "../reading/updates";
import type { Update } from "../reading/types";
import { firedIn } from "../routine/checks/alerts";
import type { Looking } from "../routine/looking";
import { askStatusAgent, type Incident } from "../statusAgent";
import { disksOf, hostOf } from "./machine";
import { systemWeek } from "./system";
import type { WeekIncident, WeeklyReport, WeekUpdate } from "./types";

/** Everything that the weekly report tells, read at once. What can't be read is named, and left out. */
export async function gatherWeek(looking: Looking, metricsSince: string | undefined): Promise<WeeklyReport> {
  const { context, facts, hours, stack } = looking;
  const to = context.now();
  const from = new Date(to.getTime() - hours * 3_600_000);
  const missing: string[] = [];
  /** What is away takes nothing else with it. */
  const read = async <T>(what: string, work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      // Anything else is a fault of ours.
      if (!(error instanceof Problem)) throw error;
      missing.push(`${what}: ${error.message}`);
      return undefined;
    }
  };
  const enabled = facts.systems.filter((system) => system.enabled);
  const [systems, incidents, updates, alerts, disks, host] = await Promise.all([
    Promise.all(enabled.map((system) => systemWeek(looking, system, { from, to }, read))),
    read("incidents", () => readIncidents(looking, from)),
    read("deploys and rollbacks", async () => weekUpdates(await readUpdates(stack.cli, stack.outputs, undefined), from)),
    read("alerts", () => firedIn(looking, undefined)),
    read("disks", () => disksOf(looking)),
    read("the host", () => hostOf(looking)),
  ]);
  return {
    kind: "weekly", format: 1, stack: stack.name, environment: facts.environment, from: from.toISOString(), to: to.toISOString(), timeZone: facts.timeZone, by: context.who,
    days: hours / 24, ...(metricsSince === undefined ? {} : { metricsSince }), systems,
    ...(incidents === undefined ? {} : { incidents }), ...(updates === undefined ? {} : { updates }), ...(alerts === undefined ? {} : { alerts }),
    disks: disks ?? [], host: host ?? {}, missing: [...new Set(missing)],
  };
}

async function readIncidents(looking: Looking, from: Date): Promise<WeekIncident[]> {
  const { incidents = [] } = await askStatusAgent(looking.stack, looking.engine, "incident list", { all: true });
  return incidents.filter(({ resolved }) => resolved === undefined || Date.parse(resolved.at) >= from.getTime()).map((incident) => describe(incident, looking.now));
}

function describe({ id, issue, resolved, severity, startedAt, system }: Incident, now: Date): WeekIncident {
  const end = resolved === undefined ? now.getTime() : Date.parse(resolved.at);
  return { id, system, severity, issue, startedAt, minutes: Math.max(0, Math.round((end - Date.parse(startedAt)) / 60_000)), ...(resolved === undefined ? {} : { resolution: resolved.resolution }) };
}

/** Previews change nothing, and an update that changed nothing is no deploy. */
export function weekUpdates(updates: readonly Update[], from: Date): WeekUpdate[] {
  return updates
    .filter(({ changes, kind, result, startedAt }) => startedAt >= from && kind !== "preview" && (Object.keys(changes).length > 0 || result !== "succeeded"))
    .map(({ release, result, startedAt, versions, what, who, why }) => ({
      at: startedAt.toISOString(), what, result, versions,
      kind: /^roll(ed )?back\b/.test(what) ? "rollback" : versions.length > 0 || what.startsWith("deploy") ? "deploy" : "other",
      ...(who === undefined ? {} : { who }), ...(why === undefined ? {} : { why }), ...(release === undefined ? {} : { release }),
    }));
}
