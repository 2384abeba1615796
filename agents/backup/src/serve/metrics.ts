import { collectDefaultMetrics, Gauge, Registry } from "prom-client";
import { metricNames } from "../../../../backups/protocol";
import { tiers } from "../../../../backups/manifest";
import type { Context } from "../context";
import { describeError } from "../../../common/log";
import type { Figures } from "../state";
import type { Space } from "../stores/store";

const help: Readonly<Record<keyof Figures, string>> = {
  lastSuccess: "When the last backup that succeeded was begun",
  lastRun: "When the last backup was begun",
  lastRunFailed: "1: the last backup failed, or is not in every store",
  bytes: "Size of the last backup, encrypted",
  previousBytes: "Size of the one before",
  duration: "How long the last backup took",
  lastVerified: "When a backup was last read again and found whole",
  lastDrill: "When the last restore drill was begun",
  lastDrillFailed: "1: the last restore drill failed",
  drillDuration: "How long the last restore drill took: the measured RTO",
  drillAge: "Age of the newest backup at the last restore drill: the measured RPO",
};
const ofDrill: readonly (keyof Figures)[] = ["lastDrill", "lastDrillFailed", "drillDuration", "drillAge"];

interface Looked {
  readonly store: string;
  readonly reachable: boolean;
  readonly space: Space | undefined;
  readonly counts: Readonly<Record<string, number>>;
}

/** Looked at in the background: an answer to Prometheus never waits for a store that is away. */
export class StoreWatch {
  looked: readonly Looked[] = [];
  private looking = false;

  constructor(private readonly current: () => Context) {}

  async look(): Promise<void> {
    if (this.looking) return;
    this.looking = true;
    try {
      const { vault, log } = this.current();
      this.looked = await Promise.all(vault.stores.map(async (store): Promise<Looked> => {
        const before = this.looked.find((entry) => entry.store === store.name);
        try {
          const sets = await vault.listStore(store);
          const counts = Object.fromEntries(tiers.map((tier) => [tier, sets.filter((set) => set.tier === tier).length]));
          if (before?.reachable === false) log.info("a store answers again", { store: store.name });
          return { store: store.name, reachable: true, space: await store.space(), counts };
        } catch (error) {
          if (before?.reachable !== false) log.error("a store can't be reached", { store: store.name, error: describeError(error) });
          return { store: store.name, reachable: false, space: undefined, counts: {} };
        }
      }));
    } finally {
      this.looking = false;
    }
  }
}

/** Each role tells its own, so that no series is there twice. */
export function createMetrics(current: () => Context, stores: StoreWatch): Registry {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const { role } = current();
  for (const name of Object.keys(help) as (keyof Figures)[]) {
    if ((role === "drill") !== ofDrill.includes(name)) continue;
    new Gauge({
      name: metricNames[name], help: help[name], labelNames: ["system"], registers,
      collect() {
        this.reset();
        const { settings, state } = current();
        const value = state.value.figures[name];
        if (value !== undefined) this.set({ system: settings.system }, value);
      },
    });
  }
  if (role === "drill") return registry;
  const gauge = (name: string, text: string, labels: readonly string[], values: (entry: Looked) => readonly (readonly [Readonly<Record<string, string>>, number])[]): void => {
    new Gauge({
      name, help: text, labelNames: ["system", "store", ...labels], registers,
      collect() {
        this.reset();
        const { system } = current().settings;
        for (const entry of stores.looked) for (const [more, value] of values(entry)) this.set({ system, store: entry.store, ...more }, value);
      },
    });
  };
  gauge(metricNames.count, "Backups in a store", ["tier"], ({ counts }) => Object.entries(counts).map(([tier, count]) => [{ tier }, count]));
  gauge(metricNames.storeFree, "What is left in a store", [], ({ space }) => (space === undefined ? [] : [[{}, space.freeBytes]]));
  gauge(metricNames.storeSize, "How much a store takes", [], ({ space }) => (space === undefined ? [] : [[{}, space.sizeBytes]]));
  gauge(metricNames.storeReachable, "1: the store answers", [], ({ reachable }) => [[{}, reachable ? 1 : 0]]);
  return registry;
}
