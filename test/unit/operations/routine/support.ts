import { alertRows, everything, type RulesInput } from "../../../../alerts";
import { factsOf, type Facts } from "../../../../config/facts";
import { parseConfig } from "../../../../config/parse";
import type { BackupEntry } from "../../../../backups/protocol";
import type { Context } from "../../../../operations/commands/types";
import type { Engine } from "../../../../operations/engine";
import { Problem } from "../../../../operations/problem";
import type { Sample } from "../../../../operations/prometheus";
import { Looking } from "../../../../operations/routine/looking";
import type { Stack } from "../../../../operations/stack";
import { systemIds } from "../../../../systems";
import { FakeEngine } from "../support/engine";
import { nobody, noCli } from "../support/fakes";
import { scratchFolder } from "../../../support/scratch";

export const now = new Date("2026-11-21T10:00:00Z");

export const rules: RulesInput = { ...everything, stack: "prod", scrapeSeconds: 15, escalationMinutes: 30, timeZone: "UTC", thresholds: {}, maintenance: [], closed: [] };

/** What a dev stack with all systems says of itself. */
export const facts: Facts = factsOf(parseConfig({
  project: "stackbook", stack: "dev", secretKeys: new Set(), source: "Pulumi.dev.yaml",
  values: { "stackbook:systems": JSON.stringify(Object.fromEntries(systemIds.map((id) => [id, {}]))) },
}));

export const ids = alertRows(everything).map(({ id }) => id);

export const series = (value: number, labels: Readonly<Record<string, string>> = {}): Sample => ({ labels, value });

/** By the name under which a check asks; absent: Prometheus has no such series. */
export type Figures = Readonly<Record<string, readonly Sample[]>>;

export interface Given {
  readonly figures?: Figures;
  readonly engine?: Partial<Engine>;
  readonly outputs?: Partial<Stack["outputs"]>;
  readonly stack?: Partial<Stack>;
  readonly backups?: readonly BackupEntry[];
  readonly hours?: number;
  readonly mayAct?: boolean;
  readonly folder?: string;
  readonly facts?: Partial<Facts>;
  readonly context?: Partial<Context>;
}

const store = { kind: "directory", name: "local", path: "/stores/local" } as const;

/** A stack that answers what a test says, and keeps every expression that Prometheus was asked. */
export class FakeLooking extends Looking {
  readonly expressions: string[] = [];

  constructor(private readonly given: Given = {}) {
    const backups = Object.fromEntries(systemIds.map((id) => [id, { agent: `${id}-backup`, drill: `${id}-drill`, keyId: "k1", stores: [store] }]));
    const stack: Stack = {
      name: "prod", dockerHost: undefined, cli: noCli, settings: {}, state: { containers: [], pending: [] },
      outputs: { facts: { ...facts, ...given.facts }, monitoring: { rules }, backups, ...given.outputs }, ...given.stack,
    };
    const context: Context = {
      root: scratchFolder(), env: {}, now: () => now, who: "ops@desk", ...nobody, openStack: () => Promise.resolve(stack), connect: () => new FakeEngine(), ...given.context,
    };
    super(stack, new FakeEngine(given.engine), context, given.hours ?? 24, given.mayAct ?? true, given.folder ?? scratchFolder());
  }

  override metrics<K extends string>(expressions: Readonly<Record<K, string>>): Promise<Record<K, readonly Sample[]>> {
    this.expressions.push(...Object.values<string>(expressions));
    const { figures } = this.given;
    if (figures === undefined) return Promise.reject(new Problem("the stack prod has no Prometheus: monitoring is switched off"));
    return Promise.resolve(Object.fromEntries(Object.keys(expressions).map((name) => [name, figures[name] ?? []])) as Record<K, readonly Sample[]>);
  }

  override over(hours: number): FakeLooking {
    const other = new FakeLooking({ ...this.given, hours });
    // What is asked there is asked here, too.
    Object.defineProperty(other, "expressions", { value: this.expressions });
    return other;
  }

  override backups(): Promise<readonly BackupEntry[]> {
    return Promise.resolve(this.given.backups ?? []);
  }
}

export const backup = (change: Partial<BackupEntry> = {}): BackupEntry => ({
  backup: "motel/daily/2026-11-21T020000Z", store: "local", tier: "daily", startedAt: "2026-11-21T02:00:00.000Z", ageSeconds: 8 * 3600, bytes: 4_000_000,
  parts: ["database", "redis", "config"], version: "1.0.0", reason: "schedule", keyId: "k1", readable: true, verifiedAt: "2026-11-21T02:01:00.000Z", drilledAt: null, ...change,
});
