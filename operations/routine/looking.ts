import { alertRows, withOverrides, type AlertRow, type RulesInput } from "../../alerts";
import type { BackupEntry } from "../../backups/protocol";
import type { Facts, SystemFacts } from "../../config/facts";
import type { SystemId } from "../../systems";
import { askBackupAgent } from "../backupAgent";
import type { Context } from "../commands/types";
import type { Container, Engine } from "../engine";
import { Problem } from "../problem";
import { queryAll, queryRange, type Sample, type Series } from "../prometheus";
import type { Stack } from "../stack";
import { stackContainers } from "../stackContainers";
import { storeEnvironment } from "../storeEnvironment";
import { metricsSince } from "./since";

export type Whose = SystemId | "stack";

/** What checks look with. Each thing is asked for once, however many of them want it. */
export class Looking {
  readonly facts: Facts;
  private catalogue: readonly AlertRow[] | undefined;
  private readonly asked = new Map<string, Promise<unknown>>();

  /** What was done rather than looked at. */
  readonly done: { readonly what: string; readonly systems: readonly SystemId[] }[] = [];

  /**
   * @param hours the period that is looked at, up to now
   * @param mayAct false: lists that do something only look at it
   * @param folder where reports and the baseline are
   */
  constructor(readonly stack: Stack, readonly engine: Engine, readonly context: Context, readonly hours: number, readonly mayAct: boolean, readonly folder: string) {
    const { facts } = stack.outputs;
    if (facts === undefined) {
      throw new Problem(`the stack ${stack.name} does not say what is configured: its last update was made by an older program`, [`Run one update: pulumi up --stack ${stack.name}`]);
    }
    this.facts = facts;
  }

  get now(): Date {
    return this.context.now();
  }

  /** `[24h]`, as PromQL has it. */
  get window(): string {
    return `${this.hours}h`;
  }

  /** Of a subquery over the period: as many points as a screen has columns, and never finer than five minutes. */
  get step(): string {
    return `${Math.max(5, Math.ceil((this.hours * 60) / 500))}m`;
  }

  get rules(): RulesInput | undefined {
    return this.stack.outputs.monitoring?.rules;
  }

  /** Alerts of a system, with the stack's own thresholds; none where nothing is watched. */
  rows(system: Whose): readonly AlertRow[] {
    const { rules } = this;
    if (rules === undefined) return [];
    this.catalogue ??= alertRows(rules).map((row) => withOverrides(row, rules.thresholds));
    return this.catalogue.filter((row) => row.system === system);
  }

  row(system: Whose, id: string): AlertRow | undefined {
    return this.rows(system).find((row) => row.id === id);
  }

  system(id: Whose): SystemFacts {
    const found = this.facts.systems.find((system) => system.id === id);
    if (found === undefined) throw new Problem(`the stack ${this.stack.name} has no system ${id}`, [`Its systems: ${this.facts.systems.map((system) => system.id).join(", ")}`]);
    return found;
  }

  /** Values of expressions, now. @throws Problem where there is no Prometheus */
  metrics<K extends string>(expressions: Readonly<Record<K, string>>): Promise<Record<K, readonly Sample[]>> {
    // Over weeks an answer takes seconds.
    return this.once(`metrics ${JSON.stringify(expressions)}`, () => queryAll(this.stack, this.engine, expressions, { timeoutSeconds: 60 }));
  }

  /** Values over the period. @param steps how many points, 2-1000 */
  history(expression: string, steps: number): Promise<readonly Series[]> {
    const to = this.now;
    const from = new Date(to.getTime() - this.hours * 3_600_000);
    return queryRange(this.stack, this.engine, expression, { from, to, stepSeconds: Math.max(15, Math.round((this.hours * 3600) / steps)) });
  }

  containers(system?: Whose): Promise<readonly Container[]> {
    return this.once("containers", () => stackContainers(this.stack, this.engine)).then((all) => (system === undefined ? all : all.filter(({ labels }) => labels["stackbook.system"] === system)));
  }

  /** A container that runs, by its labels. @throws Problem that says which is missing */
  async running(system: Whose, labels: Readonly<Record<string, string>>): Promise<Container> {
    const fits = (await this.containers(system)).filter((container) => Object.entries(labels).every(([name, value]) => container.labels[`stackbook.${name}`] === value));
    const found = fits.find(({ state }) => state === "running");
    if (found !== undefined) return found;
    const what = Object.values(labels).join(" ");
    throw new Problem(fits[0] === undefined ? `${system} has no container of ${what}` : `${fits[0].name} does not run (${fits[0].state})`, [`npx stackbook --stack ${this.stack.name} status ${system === "stack" ? "" : system}`.trim()]);
  }

  /** For who logs in within a store's container. */
  storeEnvironment(system: SystemId): Promise<Readonly<Record<string, string>>> {
    return this.once(`environment ${system}`, () => storeEnvironment(this.stack, system));
  }

  /** Newest first, in all stores; those before a change too. */
  backups(system: SystemId): Promise<readonly BackupEntry[]> {
    return this.once(`backups ${system}`, async () => {
      const list = await askBackupAgent(this.stack, this.engine, system, "list", {});
      return [...list].sort((a, b) => b.startedAt.localeCompare(a.startedAt));
    });
  }

  /** Hours of the period that there are metrics of: less than all of them on a young stack. */
  async covered(): Promise<number> {
    const since = await metricsSince(this);
    return since === undefined ? this.hours : Math.max(1 / 60, Math.min(this.hours, (this.now.getTime() - Date.parse(since)) / 3_600_000));
  }

  /** The same stack, over another period. */
  over(hours: number): Looking {
    return new Looking(this.stack, this.engine, this.context, hours, this.mayAct, this.folder);
  }

  did(what: string, systems: readonly SystemId[]): void {
    this.done.push({ what, systems });
  }

  once<T>(key: string, ask: () => Promise<T>): Promise<T> {
    const known = this.asked.get(key) as Promise<T> | undefined;
    if (known !== undefined) return known;
    const asking = ask();
    this.asked.set(key, asking);
    return asking;
  }

  /** A command of ours, as it is to be typed for this stack. */
  command(words: string): string {
    return `npx stackbook --stack ${this.stack.name} ${words}`;
  }
}
