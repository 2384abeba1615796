import { windowMinutes } from "../../alerts/prometheus/promql";
import { linesFrom, type LinesFor } from "../../dashboards/lines";
import { systemIds, systems as catalogue, type SystemId } from "../../systems";
import { eachOf } from "../engine/containers";
import type { Engine } from "../engine";
import { Problem, usageExitCode } from "../problem";
import { queryAll } from "../prometheus";
import type { Stack } from "../stack";
import { serviceOf, stackContainers, systemOf } from "../stackContainers";
import { containers, figuresOf, hostFigures, type Figure, type FigureUnit, type Group } from "./figures";

export interface Measured {
  readonly group: Group;
  readonly name: string;
  readonly unit: FigureUnit;
  /** Service, container or disk, where there are several. */
  readonly subject?: string;
  readonly value: number;
  /** Where alerts begin, in the same unit. */
  readonly limits: readonly { readonly value: number; readonly severity: "digest" | "ticket" | "page"; readonly below?: boolean }[];
}

export interface Metrics {
  /** Where they are from; the engine knows containers only. */
  readonly source: "prometheus" | "engine";
  /** By system; "stack" has its own containers and the host. */
  readonly systems: Readonly<Record<string, readonly Measured[]>>;
}

/** @throws Problem when the stack has no such system */
export function measuredSystems(stack: Stack, system: string | undefined): readonly string[] {
  const running = Object.entries(stack.outputs.systems ?? {}).filter(([, { enabled }]) => enabled).map(([id]) => id);
  const known = [...running, "stack"];
  if (system === undefined) return known;
  if (!known.includes(system)) throw new Problem(`${system} is no running system of the stack ${stack.name}`, [`Use one of: ${known.join(", ")}.`], usageExitCode);
  return [system];
}

/** The runbooks' figures from Prometheus, in one question. */
export async function readMetrics(stack: Stack, engine: Engine, ids: readonly string[]): Promise<Metrics> {
  const minutes = windowMinutes(5, stack.outputs.facts?.monitoring?.scrapeSeconds ?? 15);
  const wanted = ids.map((id) => ({ id, figures: figuresFor(stack, id, minutes) }));
  const asked = wanted.flatMap(({ id, figures }) => figures.map((figure, at) => [`${id} ${at}`, figure.query] as const));
  const found = await queryAll(stack, engine, Object.fromEntries(asked));
  const { rules } = stack.outputs.monitoring ?? {};
  const lines: LinesFor = rules === undefined ? () => [] : linesFrom(rules);
  const systems = wanted.map(({ figures, id }): [string, readonly Measured[]] => [
    id,
    figures.flatMap((figure, at) =>
      (found[`${id} ${at}`] ?? []).filter(({ value }) => Number.isFinite(value)).map(({ labels, value }): Measured => {
        const subject = figure.by === undefined ? undefined : labels[figure.by];
        return { group: figure.group, name: figure.name, unit: figure.unit, ...(subject === undefined ? {} : { subject }), value, limits: limitsOf(figure, id, lines) };
      }),
    ),
  ]);
  return { source: "prometheus", systems: Object.fromEntries(systems) };
}

function figuresFor(stack: Stack, id: string, minutes: number): readonly Figure[] {
  if (!isSystem(id)) return [...containers("stack", minutes), ...hostFigures(minutes)];
  const redis = stack.outputs.facts?.systems.find((system) => system.id === id)?.redis ?? catalogue[id].redis !== undefined;
  return figuresOf({ id, engine: catalogue[id].database.engine, redis, windowMinutes: minutes });
}

function isSystem(id: string): id is SystemId {
  return systemIds.some((known) => known === id);
}

/** Thresholds are drawn in the units of dashboards. */
function limitsOf({ topic, unit }: Figure, id: string, lines: LinesFor): Measured["limits"] {
  if (topic === undefined || unit === "bytes" || unit === "cores") return [];
  return lines(isSystem(id) ? id : "stack", topic, unit);
}

/** A few at a time: each takes a second or two, and the engine a bit of CPU. */
const statsAtOnce = 10;

/** What the engine itself can tell, where nobody else looks: CPU and memory of containers. */
export async function engineMetrics(stack: Stack, engine: Engine, ids: readonly string[]): Promise<Metrics> {
  const running = (await stackContainers(stack, engine, { all: false })).filter((container) => ids.includes(systemOf(container)));
  const readings = await eachOf(running, statsAtOnce, async (container) => {
    const { cpus, memoryBytes } = await engine.stats(container.id);
    const { limits } = container;
    const measured = (name: string, unit: FigureUnit, value: number): Measured => ({ group: "containers", name, unit, subject: container.name, value, limits: [] });
    return {
      system: systemOf(container), service: serviceOf(container),
      figures: [
        measured("cpu", "cores", cpus), ...(limits.cpus === undefined ? [] : [measured("cpu, of its limit", "ratio", cpus / limits.cpus)]),
        measured("memory", "bytes", memoryBytes), ...(limits.memoryBytes === undefined ? [] : [measured("memory, of its limit", "ratio", memoryBytes / limits.memoryBytes)]),
        measured("restarts", "count", container.restarts),
      ],
    };
  });
  return { source: "engine", systems: Object.fromEntries(ids.map((id) => [id, readings.filter(({ system }) => system === id).flatMap(({ figures }) => figures)])) };
}
