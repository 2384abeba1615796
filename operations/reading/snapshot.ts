import { askBackupAgent } from "../backupAgent";
import type { ReleaseOutputs } from "../../releases/record";
import type { Container, Engine } from "../engine";
import { Problem, usageExitCode } from "../problem";
import { alerts, type Alert } from "../prometheus";
import type { Stack } from "../stack";
import { stackContainers } from "../stackContainers";
import { valueOf, within, type Read } from "./deadline";
import { findDrift } from "./drift";
import { settledState } from "./settled";
import { containersOf, judge } from "./systemStatus";
import { readFigures, type Figures } from "./traffic";
import type { BackupStatus, Snapshot, SystemStatus } from "./types";
import { readUpdates } from "./updates";

/**
 * Milliseconds. All of it takes less than one where nothing is wrong; a busy machine, or an engine far away, is waited for. What hangs is
 * shown as missing.
 */
export const patience = { engine: 4000, prometheus: 4000, history: 4000, agents: 2000 } as const;
type Patience = Readonly<Record<keyof typeof patience, number>>;
/** Newest updates on the screen. */
const shownUpdates = 3;

/** Everything that `status` shows, read at once. Throws only when the stack itself can't be read. */
export async function takeSnapshot(stack: Stack, engine: Engine, now: () => Date, wait: Patience = patience): Promise<Snapshot> {
  const watched = stack.outputs.monitoring !== undefined;
  const [containers, figures, active, updates] = await Promise.all([
    within("the engine", wait.engine, stackContainers(stack, engine)),
    watched ? within("Prometheus", wait.prometheus, readFigures(stack, engine, wait.prometheus / 1000)) : unwatched<Figures>(),
    watched ? within("Prometheus", wait.prometheus, alerts(stack, engine, { timeoutSeconds: wait.prometheus / 1000 })) : unwatched<readonly Alert[]>(),
    within("the stack's history", wait.history, readUpdates(stack.cli, stack.outputs, shownUpdates)),
  ]);
  // With Prometheus there is no need to start a program in each agent.
  const backups = "value" in figures ? figures.value.backups : await askedBackups(stack, engine, containers, wait.agents);
  const found = valueOf(containers);
  const systems = [...Object.keys(stack.outputs.systems ?? {}), "stack"].map((id) => describe(id, { stack, found, figures: valueOf(figures), backups, now: now() }));
  return {
    stack: stack.name, environment: stack.outputs.environment ?? "", at: now(), engine: stack.dockerHost ?? "the local engine", systems,
    alerts: valueOf(active), updates: valueOf(updates),
    drift: found === undefined || stack.state === undefined
      ? undefined
      : findDrift({ stack: stack.name, state: stack.state, containers: found, release: (stack.outputs as ReleaseOutputs).release, settings: stack.settings }),
    missing: [...new Set([containers, figures, active, updates].flatMap((read) => ("why" in read ? [read.why] : [])))],
  };
}

function unwatched<T>(): Promise<Read<T>> {
  return Promise.resolve({ why: "monitoring is switched off: nobody counts requests, and there are no alerts" });
}

interface Known {
  readonly stack: Stack;
  readonly found: readonly Container[] | undefined;
  readonly figures: Figures | undefined;
  readonly backups: ReadonlyMap<string, BackupStatus>;
  readonly now: Date;
}

function describe(id: string, { backups, figures, found, now, stack }: Known): SystemStatus {
  const output = stack.outputs.systems?.[id];
  const beside = (stack.outputs as ReleaseOutputs).release?.systems;
  const containers = found === undefined ? undefined : containersOf(id, stack.state?.containers, found);
  const settled = id === "stack" ? undefined : settledState(id, stack.settings, now);
  const judged =
    output?.enabled === false ? { health: "stopped" as const, notes: [] }
    : containers === undefined ? { health: "unknown" as const, notes: [] }
    : judge(containers, figures?.answers.get(id), now);
  const second = Object.entries(beside ?? {}).find(([known]) => known === id)?.[1]?.beside;
  return {
    id, title: output?.title ?? "Edge and monitoring", url: output?.url, version: output?.version,
    beside: second === undefined ? undefined : { version: second.version, percent: second.percent },
    health: settled?.halted === true ? "halted" : judged.health,
    // What was stopped on purpose is down, container by container: that is no news.
    notes: [...(settled?.notes ?? []), ...(settled?.halted === true ? [] : judged.notes)],
    containers,
    traffic: id === "stack" ? undefined : (figures?.traffic.get(id) ?? (figures === undefined || output?.enabled !== true ? undefined : { requestsPerSecond: 0, errorShare: undefined, p95Seconds: undefined })),
    backup: backups.get(id),
  };
}

/** Without Prometheus the agents are asked themselves; one that does not answer is left out. */
async function askedBackups(stack: Stack, engine: Engine, containers: Read<readonly Container[]>, milliseconds: number): Promise<ReadonlyMap<string, BackupStatus>> {
  if (!("value" in containers)) return new Map();
  const systems = Object.keys(stack.outputs.backups ?? {});
  const lists = await Promise.all(systems.map((system) => within(`${system}'s backups`, milliseconds, askBackupAgent(stack, engine, system, "list", {}))));
  return new Map(
    systems.flatMap((system, at): [string, BackupStatus][] => {
      const list = lists[at];
      if (list === undefined || !("value" in list)) return [];
      const ages = list.value.filter(({ problem, tier }) => problem === undefined && tier !== "safety").map(({ ageSeconds }) => ageSeconds);
      return [[system, { ageSeconds: ages.length === 0 ? undefined : Math.min(...ages), failed: false }]];
    }),
  );
}

/** Only one system of it. @throws Problem when the stack has none of that name */
export function only(snapshot: Snapshot, system: string): Snapshot {
  const systems = snapshot.systems.filter(({ id }) => id === system);
  if (systems.length === 0) throw new Problem(`${system} is no system of the stack ${snapshot.stack}`, [`Use one of: ${snapshot.systems.map(({ id }) => id).join(", ")}.`], usageExitCode);
  return { ...snapshot, systems, alerts: snapshot.alerts?.filter((alert) => alert.system === system) };
}
