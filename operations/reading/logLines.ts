import { eachOf } from "../engine/containers";
import type { Container, Engine, LogLine } from "../engine";
import { Problem, usageExitCode } from "../problem";
import { serviceOf, systemOf } from "../stackContainers";

/** A line as it is shown. */
export interface ShownLine extends LogLine {
  readonly system: string;
  readonly service: string;
  /** Its name; of one that is gone the beginning of its id; of an audit log "audit". */
  readonly container: string;
  /** The engine, or the store of logs: of a container that is gone, or of an audit log. */
  readonly from: "engine" | "gone" | "audit";
}

export interface Wanted {
  readonly system: string | undefined;
  readonly service: string | undefined;
  readonly request: string | undefined;
  readonly grep: RegExp | undefined;
}

export type Keep = (line: ShownLine) => boolean;

/** Whose lines are meant. @throws Problem when the stack has no such system or service */
export function chooseContainers(stack: string, containers: readonly Container[], { request, service, system }: Wanted): readonly Container[] {
  const systems = [...new Set(containers.map(systemOf))].sort();
  if (system !== undefined && !systems.includes(system)) throw new Problem(`${system} is no system of the stack ${stack}`, [`Use one of: ${systems.join(", ")}.`], usageExitCode);
  const ofSystem = containers.filter((container) => system === undefined || systemOf(container) === system);
  // A request leaves lines at the edge too; and who asks for a system's edge wants the edge's lines about it.
  const edge = containers.filter((container) => serviceOf(container) === "edge");
  if (service === "edge") return edge;
  const services = [...new Set(ofSystem.map(serviceOf))].sort();
  if (service !== undefined && !services.includes(service)) {
    throw new Problem(`${system ?? stack} has no service ${service}`, [`Use one of: ${[...new Set([...services, "edge"])].sort().join(", ")}.`], usageExitCode);
  }
  const chosen = ofSystem.filter((container) => service === undefined || serviceOf(container) === service);
  return request === undefined ? chosen : [...new Set([...chosen, ...edge])];
}

export function keepOf({ grep, request, system }: Wanted): Keep {
  return ({ service, text, system: own }) =>
    (request === undefined || text.includes(request)) &&
    (grep === undefined || grep.test(text)) &&
    // The edge's line says whose request it was.
    (service !== "edge" || system === undefined || system === own || text.includes(`"system":"${system}"`));
}

export interface Span {
  readonly since: Date | undefined;
  readonly until: Date | undefined;
  /** Of all lines that are kept, the last so many; undefined: all. */
  readonly tail: number | undefined;
}

/** Several at a time: each is a connection. */
const readingsAtOnce = 6;

/** Lines of all these containers that are kept, oldest first. */
export async function pastLines(engine: Engine, containers: readonly Container[], { since, tail, until }: Span, keep: Keep, everything: boolean): Promise<readonly ShownLine[]> {
  const each = await eachOf(containers, readingsAtOnce, async (container) => {
    const lines: ShownLine[] = [];
    const options = {
      ...(since === undefined ? {} : { since }), ...(until === undefined ? {} : { until }),
      // What is left out later must not be counted now.
      ...(tail === undefined || !everything ? {} : { tail }),
    };
    await engine.logs(container.id, options, (line) => {
      const shown = shownLine(container, line);
      if (keep(shown)) lines.push(shown);
    });
    return lines;
  });
  return merge(each.flat(), tail);
}

export function shownLine(container: Container, line: LogLine): ShownLine {
  return { ...line, system: systemOf(container), service: serviceOf(container), container: container.name, from: "engine" };
}

/** By time; those of one moment stay as they came. */
export function merge(lines: readonly ShownLine[], tail: number | undefined): readonly ShownLine[] {
  const sorted = [...lines].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  return tail === undefined ? sorted : sorted.slice(Math.max(0, sorted.length - tail));
}
