import type { Container } from "../engine";
import { Problem, usageExitCode } from "../problem";
import { serviceOf, systemOf } from "../stackContainers";

export interface One {
  readonly system: string;
  readonly service: string;
  /** Its name, or a part of it that no other has. */
  readonly replica: string | undefined;
}

/** The one container that is meant: of several the first that is well. @throws Problem when there is none that runs */
export function chooseOne(stack: string, containers: readonly Container[], { replica, service, system }: One): Container {
  const ofSystem = containers.filter((container) => systemOf(container) === system);
  if (ofSystem.length === 0) throw new Problem(`${system} is no system of the stack ${stack}`, [`Use one of: ${[...new Set(containers.map(systemOf))].sort().join(", ")}.`], usageExitCode);
  const ofService = ofSystem.filter((container) => serviceOf(container) === service);
  if (ofService.length === 0) throw new Problem(`${system} has no service ${service}`, [`Use one of: ${[...new Set(ofSystem.map(serviceOf))].sort().join(", ")}.`], usageExitCode);
  const named = ofService.filter(({ name }) => replica === undefined || name === replica || name.includes(replica));
  const names = ofService.map(({ name }) => name).join(", ");
  if (named.length === 0) throw new Problem(`${system} ${service} has no replica ${replica ?? ""}`, [`Use one of: ${names}.`], usageExitCode);
  if (replica !== undefined && named.length > 1) throw new Problem(`--replica is ${replica}: that may be ${named.map(({ name }) => name).join(" or ")}`, ["Give more of its name."], usageExitCode);
  const running = named.filter(({ state }) => state === "running");
  const [first] = [...running].sort((a, b) => rank(a) - rank(b));
  if (first !== undefined) return first;
  const [ended] = named;
  throw new Problem(`${ended?.name ?? service} does not run (${ended?.state ?? "gone"})`, [`Its last lines: npx stackbook logs ${system} ${service} --tail 50`]);
}

function rank({ health }: Container): number {
  return health === "unhealthy" ? 2 : health === "starting" ? 1 : 0;
}
