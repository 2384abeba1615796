import { systems as catalogue } from "../../systems";
import type { Engine } from "../engine";
import { Problem, usageExitCode } from "../problem";
import type { Stack } from "../stack";
import { stackContainers } from "../stackContainers";
import { siteOf, visit as visitWeb, type Site, type Visit, type WebResponse } from "../visitor";
import { settledState } from "./settled";
import { duration } from "./statusText";
import { containersOf, explain } from "./systemStatus";
import type { ContainerStatus } from "./types";

/** One thing that was looked at. */
export interface Check {
  /** A system's id, or "stack". */
  readonly system: string;
  /** "health" and "page": asked through the edge; otherwise a service's containers. */
  readonly check: string;
  readonly ok: boolean;
  readonly what: string;
  /** It is not well yet: all that ails it is that the engine has not asked a container's health for the first time. */
  readonly starting?: true;
}

/**
 * Asks every system as a visitor does, and the engine about every container. @param system only this one
 * @throws Problem when the engine can't be asked: then nothing is known
 */
export async function checkHealth(stack: Stack, engine: Engine, system: string | undefined, now: Date, visit: Visit = visitWeb): Promise<readonly Check[]> {
  const known = [...Object.keys(stack.outputs.systems ?? {}), "stack"];
  if (system !== undefined && !known.includes(system)) throw new Problem(`${system} is no system of the stack ${stack.name}`, [`Use one of: ${known.join(", ")}.`], usageExitCode);
  const found = await stackContainers(stack, engine);
  const checks = await Promise.all(
    known.filter((id) => system === undefined || id === system).map(async (id): Promise<readonly Check[]> => {
      const output = stack.outputs.systems?.[id];
      if (output?.enabled === false) return [{ system: id, check: "system", ok: true, what: "stopped, as the stack file says" }];
      const { halted, maintenance, notes } = settledState(id, stack.settings, now);
      if (halted) return [{ system: id, check: "system", ok: false, what: notes[0] ?? "halted" }];
      const inside = serviceChecks(id, containersOf(id, stack.state?.containers, found), now);
      return output === undefined ? inside : [...(await outsideChecks(stack, id, maintenance, visit)), ...inside];
    }),
  );
  return checks.flat();
}

/** A service's containers in one line. */
export function serviceChecks(system: string, containers: readonly ContainerStatus[], now: Date): Check[] {
  const services = [...new Set(containers.map(({ service }) => service))];
  return services.map((service): Check => {
    const own = containers.filter((container) => container.service === service);
    const ill = own.filter(({ well }) => !well);
    const watched = own.every(({ health }) => health !== undefined);
    const well = own.length === 1 ? (watched ? "healthy" : "runs") : `${own.length} of ${own.length} ${watched ? "healthy" : "run"}`;
    const starting = ill.length > 0 && ill.every(({ health, state }) => state === "running" && health === "starting");
    return { system, check: service, ok: ill.length === 0, ...(starting ? { starting } : {}), what: ill.length === 0 ? well : `${own.length === 1 ? "" : `${own.length - ill.length} of ${own.length} well: `}${ill.map((container) => explain(container, now)).join("; ")}` };
  });
}

async function outsideChecks(stack: Stack, system: string, maintenance: boolean, visit: Visit): Promise<Check[]> {
  const health = Object.values(catalogue).find(({ id }) => id === system)?.services.backend.health.path;
  const site = siteOf(stack, system);
  if (site === undefined) return [{ system, check: "page", ok: false, what: "the stack does not say how it is reached: it is older than this command; `pulumi up` makes it say so" }];
  return await Promise.all([
    ...(health === undefined || !isRouted(stack, system, health) ? [] : [outside(site, system, "health", health, maintenance, visit)]),
    outside(site, system, "page", "/", maintenance, visit),
  ]);
}

/** Of the edge's longest match; a path that falls to the frontend says nothing of the backend. */
function isRouted(stack: Stack, system: string, path: string): boolean {
  return stack.outputs.systems?.[system]?.paths?.some((prefix) => prefix !== "/" && (path === prefix || path.startsWith(`${prefix}/`))) ?? true;
}

const timeoutMs = 10_000;

async function outside(site: Site, system: string, check: string, path: string, maintenance: boolean, visit: Visit): Promise<Check> {
  let answer: WebResponse;
  try {
    answer = await visit(site, { method: "GET", path, headers: {}, timeoutMs });
  } catch (error) {
    return { system, check, ok: false, what: `${site.origin}${path} does not answer: ${error instanceof Error ? error.message : String(error)}` };
  }
  const said = `${answer.status} on ${site.origin}${path} in ${duration(answer.milliseconds / 1000)}`;
  if (maintenance && answer.status === 503) return { system, check, ok: true, what: `${said}: in maintenance` };
  const bad = check === "health" ? failedChecks(answer) : [];
  return { system, check, ok: answer.status < 400 && bad.length === 0, what: bad.length === 0 ? said : `${said}: ${bad.join(", ")}` };
}

/** Motel's runbook: `{"checks": {"database": {"status": "up"}}}`; others say less. */
function failedChecks({ body }: WebResponse): string[] {
  let said: unknown;
  try {
    said = JSON.parse(body);
  } catch {
    return [];
  }
  const checks = typeof said === "object" && said !== null && "checks" in said ? said.checks : undefined;
  if (typeof checks !== "object" || checks === null) return [];
  return Object.entries(checks as Readonly<Record<string, { readonly status?: unknown } | string | null>>).flatMap(([name, check]) => {
    const status = typeof check === "string" ? check : check?.status;
    return typeof status !== "string" || /^(up|ok|healthy|pass|connected|disabled)$/i.test(status) ? [] : [`${name} is ${status}`];
  });
}
