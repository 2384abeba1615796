import { systems, type ServiceName, type SystemId } from "../../systems";
import { Problem, usageExitCode } from "../problem";
import type { StackFile } from "../stackFile";

export interface Wanted {
  readonly service: ServiceName;
  readonly replicas: number;
}

export interface Scaling {
  readonly service: ServiceName;
  readonly from: number;
  readonly to: number;
}

const serviceNames: readonly ServiceName[] = ["backend", "frontend"];

/** `backend=2 frontend=3`. @throws Problem that names every mistake */
export function parseWanted(system: SystemId, words: readonly string[]): readonly Wanted[] {
  const spec = systems[system];
  const problems: string[] = [];
  const wanted = words.flatMap((word): Wanted[] => {
    const [, name, number] = /^([a-z]+)=(\d{1,6})$/.exec(word) ?? [];
    const service = serviceNames.find((known) => known === name);
    if (service === undefined || number === undefined) {
      problems.push(`${word} is no service with a number: use backend=2 or frontend=3`);
      return [];
    }
    const { maxReplicas, why } = spec.services[service].scale;
    const replicas = Number(number);
    if (replicas < 1 || replicas > maxReplicas) problems.push(`${service}=${number}: use 1-${maxReplicas}${replicas < 1 ? `, or stop ${system} with: pulumi config set --path stackbook:systems.${system}.enabled false` : `: ${why}`}`);
    return [{ service, replicas }];
  });
  const twice = wanted.filter(({ service }, at) => wanted.findIndex((other) => other.service === service) !== at);
  problems.push(...twice.map(({ service }) => `${service} is given twice`));
  if (words.length === 0) problems.push("say how many: backend=2 or frontend=3");
  if (problems.length > 0) throw new Problem(`${system} can't be scaled so:`, problems, usageExitCode);
  return wanted;
}

/** What changes in the file; those that are as wanted are left out. */
export function scalingsOf(system: SystemId, wanted: readonly Wanted[], file: Pick<StackFile, "get">): readonly Scaling[] {
  return wanted.flatMap(({ replicas, service }) => {
    const given = Number(file.get(["systems", system, "services", service, "replicas"]));
    const from = Number.isInteger(given) && given > 0 ? given : systems[system].services[service].replicas;
    return from === replicas ? [] : [{ service, from, to: replicas }];
  });
}

/**
 * A system whose Redis is optional has it from two backends on, which share their sessions there; written into the file,
 * so that it stays when there is one again: taking it away would take data with it.
 */
export function needsRedis(system: SystemId, scalings: readonly Scaling[], file: Pick<StackFile, "get">): boolean {
  const backend = scalings.find(({ service }) => service === "backend");
  return systems[system].redis?.optional === true && backend !== undefined && Math.max(backend.from, backend.to) > 1 && file.get(["systems", system, "redis"]) !== true;
}

/** What has to be known about it beforehand. */
export function notesOn(system: SystemId, scalings: readonly Scaling[], file: Pick<StackFile, "get">): readonly string[] {
  const { database, redis, runbook, services, uploads } = systems[system];
  const backend = scalings.find(({ service }) => service === "backend");
  const grows = backend !== undefined && backend.from === 1 && backend.to > 1;
  const uses = (redis?.uses ?? []).join(", ");
  return [
    ...(!needsRedis(system, scalings, file) ? [] : [grows ? `${system} gets Redis with it (systems.${system}.redis: true): several backends share their ${uses} there (${runbook}).` : `Its Redis stays (systems.${system}.redis: true), with the ${uses} that are in it.`]),
    ...(grows ? [`${services.backend.scale.why}.`] : []),
    ...(grows && database.replicaSet === true ? [`${runbook} wants the database as a replica set once the system is scaled out; here it is one server.`] : []),
    ...(grows && uploads !== undefined ? ["Uploaded files are on one volume, which all containers share on this host."] : []),
    ...scalings.filter(({ from, to }) => to === 1 && from > 1).map(({ service }) => `With one ${service} container, a restart or an engine's trouble is noticed by visitors.`),
  ];
}
