import { haltText, marksOf } from "../../halts/mark";
import { size } from "../backups/texts";
import { formatDuration } from "../duration";
import type { Container, Engine } from "../engine";
import type { Stack } from "../stack";
import { serviceOf, shortName, stackContainers } from "../stackContainers";
import { findLeak, type MemorySample } from "./memory";

export interface ContainerReading {
  /** What is wrong with the version's own containers, one line each. */
  readonly faults: readonly string[];
  /** What is wrong below them: without its database no version serves. */
  readonly ground: readonly string[];
  /** For the line of progress: `2 containers healthy, memory 8 % of its limit`. */
  readonly summary: string;
}

/** Whose containers are watched: all of the system's own, or those of one slot. */
export interface Watched {
  readonly system: string;
  readonly slot?: string;
  /**
   * How often each container had been started again before the version came, by id: one that is not named came with it, and
   * should never have been. @default as often as the first reading says
   */
  readonly restarts?: ReadonlyMap<string, number>;
}

/** What a system stands on and does not do without: its database and its cache. @returns what is wrong with them */
export async function groundProblems(stack: Pick<Stack, "name">, engine: Engine, system: string): Promise<readonly string[]> {
  return (await stackContainers(stack, engine, { system })).flatMap(storeProblem);
}

function storeProblem({ exitCode, health, labels, name, state }: Container): string[] {
  if (!["database", "cache"].includes(labels["stackbook.role"] ?? "")) return [];
  if (state !== "running") return [`${name} does not run (${state}${exitCode === undefined ? "" : `, exit code ${exitCode}`})`];
  return health === "unhealthy" ? [`${name} fails its health check`] : [];
}

/** Restarts, health and memory of a version's containers from one reading to the next. */
export class ContainerWatch {
  private readonly memory = new Map<string, MemorySample[]>();
  private readonly restarts = new Map<string, number>();
  private readonly unhealthy = new Map<string, number>();
  private readonly known = new Map<string, string>();

  constructor(private readonly stack: Pick<Stack, "name">, private readonly engine: Engine, private readonly watched: Watched) {}

  async read(now: Date): Promise<ContainerReading> {
    const { slot, system } = this.watched;
    const { [system]: mark } = await marksOf(this.engine, shortName(this.stack.name), system);
    const all = await stackContainers(this.stack, this.engine, { system });
    const own = all.filter(({ labels }) => labels["stackbook.role"] === "app" && (slot === undefined || labels["stackbook.slot"] === slot));
    await Promise.all(own.filter(({ state }) => state === "running").map((container) => this.measure(container, now)));
    const faults = [...this.gone(own), ...own.flatMap((container) => this.faultsOf(container))];
    const healthy = own.filter(({ health, state }) => state === "running" && health !== "unhealthy");
    const most = Math.max(0, ...own.map((container) => this.used(container)));
    return {
      faults,
      ground: mark?.stage === "halted" ? [`${system} was halted meanwhile, ${haltText(mark)}`] : all.flatMap(storeProblem),
      summary: `${healthy.length} of ${own.length} containers healthy, memory at ${Math.round(most * 100)} % of its limit at most`,
    };
  }

  private async measure({ id, name }: Container, now: Date): Promise<void> {
    const { memoryBytes } = await this.engine.stats(name);
    const samples = this.memory.get(id) ?? [];
    samples.push({ at: now.getTime(), bytes: memoryBytes });
    this.memory.set(id, samples);
  }

  private gone(own: readonly Container[]): string[] {
    for (const { id, name } of own) this.known.set(id, name);
    return [...this.known].filter(([id]) => !own.some((container) => container.id === id)).map(([, name]) => `${name} is gone`);
  }

  private faultsOf(container: Container): string[] {
    const { exitCode, health, id, limits, name, outOfMemory, restarts, state } = container;
    const before = this.restarts.get(id) ?? (this.watched.restarts === undefined ? restarts : (this.watched.restarts.get(id) ?? 0));
    this.restarts.set(id, before);
    const ill = health === "unhealthy" ? (this.unhealthy.get(id) ?? 0) + 1 : 0;
    this.unhealthy.set(id, ill);
    if (outOfMemory) return [`the ${serviceOf(container)} (${name}) was killed: it took more memory than its limit${limits.memoryBytes === undefined ? "" : ` of ${size(limits.memoryBytes)}`}`];
    if (restarts > before) return [`the ${serviceOf(container)} (${name}) ended and was started again${restarts - before > 1 ? `, ${restarts - before} times` : ""}`];
    if (state !== "running") return [`the ${serviceOf(container)} (${name}) does not run (${state}${exitCode === undefined ? "" : `, exit code ${exitCode}`})`];
    // Once may be a machine that was busy for a moment.
    if (ill > 1) return [`the ${serviceOf(container)} (${name}) fails its health check`];
    const leak = findLeak(this.memory.get(id) ?? [], limits.memoryBytes);
    if (leak === undefined) return [];
    return [`the ${serviceOf(container)} (${name}) takes ${size(leak.bytesPerSecond)} more memory each second and would be at its limit of ${size(limits.memoryBytes ?? 0)} in ${formatDuration(leak.secondsLeft)}: a leak`];
  }

  private used({ id, limits }: Container): number {
    const bytes = this.memory.get(id)?.at(-1)?.bytes ?? 0;
    return limits.memoryBytes === undefined ? 0 : bytes / limits.memoryBytes;
  }
}
