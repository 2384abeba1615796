import type { Container } from "../engine";
import { age, count } from "../backups/texts";
import type { StateContainer } from "../state";
import { serviceOf, systemLabel } from "../stackContainers";
import type { ContainerStatus, Health } from "./types";

/** Services without which a system does not serve; others (a cache, an exporter) make it worse, not gone. */
const essential: ReadonlySet<string> = new Set(["backend", "frontend", "database", "edge"]);

export interface Judged {
  readonly health: Health;
  readonly notes: readonly string[];
}

/** Containers of one system: those that the stack made, and what the engine says of each. */
export function containersOf(system: string, made: readonly StateContainer[] | undefined, found: readonly Container[]): ContainerStatus[] {
  const own = found.filter(({ labels }) => labels[systemLabel] === system);
  const expected = made?.filter(({ labels, leaving }) => labels[systemLabel] === system && !leaving);
  // Tasks of an update come and go; the stack's record does not have them.
  if (expected === undefined) return own.filter(({ labels }) => labels["stackbook.role"] !== "task").map(describe);
  return expected
    .map((wanted) => {
      const real = own.find(({ id }) => id === wanted.id);
      return real === undefined ? missing(wanted) : describe(real);
    })
    .sort((a, b) => a.name.localeCompare(b.name));
}

function describe(container: Container): ContainerStatus {
  const { exitCode, health, image, labels, name, outOfMemory, restarts, startedAt, state } = container;
  return {
    name, service: serviceOf(container), version: labels["stackbook.version"], slot: labels["stackbook.slot"], state, health, startedAt, restarts, exitCode, outOfMemory,
    image: image.reference, well: state === "running" && (health === undefined || health === "healthy"),
  };
}

function missing({ image, labels, name }: StateContainer): ContainerStatus {
  return {
    name, service: labels["stackbook.service"] ?? "", version: labels["stackbook.version"], slot: labels["stackbook.slot"], state: "missing", health: undefined,
    startedAt: undefined, restarts: 0, exitCode: undefined, outOfMemory: false, image, well: false,
  };
}

/** How a system is, by its containers and by what its addresses answer through the edge. @param answers undefined: nobody has asked */
export function judge(containers: readonly ContainerStatus[], answers: boolean | undefined, now: Date): Judged {
  if (containers.length === 0) return { health: "unknown", notes: ["it has no container"] };
  const notes = containers.filter(({ well }) => !well).map((container) => explain(container, now));
  const services = new Set(containers.map(({ service }) => service));
  const of = (service: string): readonly ContainerStatus[] => containers.filter((container) => container.service === service);
  const gone = [...services].filter((service) => essential.has(service) && !of(service).some(({ state, well }) => well || state === "running"));
  if (gone.length > 0) return { health: "down", notes };
  // One that fails its check takes no requests from the edge.
  const silent = [...services].filter((service) => essential.has(service) && of(service).every(({ health }) => health === "unhealthy"));
  if (silent.length > 0) return { health: "down", notes };
  if (answers === false) return { health: notes.length > 0 ? "down" : "degraded", notes: [...notes, "its addresses don't all answer as they should, asked through the edge"] };
  if (notes.length === 0) return { health: "healthy", notes };
  const starting = containers.every(({ health, well }) => well || health === "starting");
  return { health: starting ? "starting" : "degraded", notes };
}

/** `motel-backend-a-0-47282e6 exited with 137 3 min ago (out of memory)` */
export function explain({ exitCode, health, name, outOfMemory, restarts, startedAt, state }: ContainerStatus, now: Date): string {
  const since = startedAt === undefined ? "" : `, started ${age(Math.max(0, (now.getTime() - startedAt.getTime()) / 1000))} ago`;
  const often = restarts === 0 ? "" : `, ${count(restarts, "restart")}`;
  const memory = outOfMemory ? " (out of memory)" : "";
  switch (state) {
    case "missing":
      return `${name} is gone`;
    case "running":
      return health === "starting" ? `${name} is starting${since}${often}` : `${name} fails its health check${since}${often}`;
    case "exited":
    case "dead":
      return `${name} ended${exitCode === undefined ? "" : ` with exit code ${exitCode}`}${memory}${often}`;
    case "restarting":
      return `${name} ends and is started again${exitCode === undefined ? "" : `, exit code ${exitCode}`}${memory}${often}`;
    case "created":
      return `${name} was never started`;
    case "paused":
      return `${name} is paused`;
    case "removing":
      return `${name} is being removed`;
  }
}
