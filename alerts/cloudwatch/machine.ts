import type { ServiceName } from "../../systems";
import type { ContainerUse, DiskForecast, HostUse, Restarts } from "../measures";
import { because, namespaceOf, servicesOf, type Asked, type Judged, type Judgement } from "./judged";
import { highest, Sheet } from "./sheet";
import type { DatabasePlaces } from "./types";

/** Containers as ECS counts them, and the databases' instances, which are the only machines there are. */

const minute = 60;

/** The hottest container of a service. */
export function containerUse<Name>(asked: Asked<Name>, { of }: ContainerUse): Judgement<Name> {
  const { input: { places }, own, row } = asked;
  const served = row.system === "stack" ? [{ service: "edge", containers: places.edge.containers }] : servicesOf(asked).map((service) => ({ service, containers: own?.services[service]?.containers ?? [] }));
  return served.map(({ containers, service }): Judged<Name> => {
    const sheet = new Sheet<Name>(minute);
    const used = containers.map((name) => sheet.metric("AWS/ECS", of === "cpu" ? "CPUUtilization" : "MemoryUtilization", "Maximum", { ClusterName: places.cluster, ServiceName: name }));
    return { part: service, queries: sheet.queries(highest(used), `percent of its ${of === "cpu" ? "processors" : "memory"}`), periodSeconds: minute, missing: "notBreaching" };
  });
}

/** Ends that nobody asked for, in what ECS tells of its tasks. */
export function restarts<Name>(asked: Asked<Name>, { windowMinutes }: Restarts): Judgement<Name> {
  return servicesOf(asked).map((service) => ended(asked, service, windowMinutes));
}

function ended<Name>({ input: { places, stack }, own, row }: Asked<Name>, service: ServiceName, windowMinutes: number): Judged<Name> {
  const sheet = new Sheet<Name>(windowMinutes * 60);
  const filters = (own?.services[service]?.containers ?? []).map((name, index) => ({
    name: `${stack}-${row.system}-${service}-ended-${index}`,
    logGroup: places.events,
    pattern: ['{ ($.detail.lastStatus = "STOPPED") && ($.detail.stopCode = "EssentialContainerExited") && ($.detail.group = "service:', name, '") }'],
    namespace: namespaceOf(stack), metricName: `${row.system}-${service}-ended`, value: "1",
  }));
  const count = sheet.metric(namespaceOf(stack), `${row.system}-${service}-ended`, "Sum", {});
  return { part: service, queries: sheet.queries(count, `ends of ${row.system} ${service}`), periodSeconds: windowMinutes * 60, missing: "notBreaching", filters };
}

export function outOfMemory<Name>({ input: { places, stack } }: Asked<Name>, windowMinutes: number): Judgement<Name> {
  const sheet = new Sheet<Name>(windowMinutes * 60);
  const metricName = "out-of-memory";
  const filters = [{
    name: `${stack}-${metricName}`, logGroup: places.events, namespace: namespaceOf(stack), metricName, value: "1",
    pattern: ['{ ($.detail.lastStatus = "STOPPED") && ($.detail.containers[0].reason = "OutOfMemory*") }'],
  }];
  return [{ queries: sheet.queries(sheet.metric(namespaceOf(stack), metricName, "Sum", {}), "containers killed"), periodSeconds: windowMinutes * 60, missing: "notBreaching", filters }];
}

/** Each system's database, where it is an instance with a disk of its own. */
function disks<Name>({ input: { places } }: Asked<Name>): { readonly part: string; readonly database: Extract<DatabasePlaces<Name>, { kind: "rds" }> }[] {
  return Object.entries(places.systems).flatMap(([id, { database }]) => (database.kind === "rds" ? [{ part: id, database }] : []));
}

const gib = 1024 ** 3;
const noDisk = "No system of this stack has a database with a disk: DocumentDB's and EFS's storage grows by itself.";

export function hostUse<Name>(asked: Asked<Name>, { of }: HostUse): Judgement<Name> {
  switch (of) {
    case "cpu":
      return Object.entries(asked.input.places.systems).map(([id, { database }]): Judged<Name> => {
        const sheet = new Sheet<Name>(minute);
        return { part: id, queries: sheet.queries(highest(ofInstances(sheet, database, "CPUUtilization", "Maximum")), "percent of the database's processors"), periodSeconds: minute, missing: "notBreaching" };
      });
    case "disk": {
      const own = disks(asked);
      if (own.length === 0) return because(noDisk);
      return own.map(({ database, part }): Judged<Name> => {
        const sheet = new Sheet<Name>(minute);
        const free = sheet.metric("AWS/RDS", "FreeStorageSpace", "Minimum", { DBInstanceIdentifier: database.instance });
        return { part, queries: sheet.queries(`100 * (1 - ${free} / ${database.storageGiB * gib})`, "percent of the database's storage"), periodSeconds: minute, missing: "notBreaching" };
      });
    }
    case "memory":
      return because("There is no host. A database's server takes what memory there is as its cache; containers have container-memory.");
    case "files":
      return because("There is no host, and no file system that runs out of files.");
  }
}

export function diskForecast<Name>(asked: Asked<Name>, { fromHours, fromUsedPercent }: DiskForecast): Judgement<Name> {
  const own = disks(asked);
  if (own.length === 0) return because(noDisk);
  const periodSeconds = fromHours * 3600;
  return own.map(({ database, part }): Judged<Name> => {
    const sheet = new Sheet<Name>(periodSeconds);
    const free = sheet.metric("AWS/RDS", "FreeStorageSpace", "Average", { DBInstanceIdentifier: database.instance });
    const half = (database.storageGiB * gib * (100 - fromUsedPercent)) / 100;
    // From one period to the next; what doesn't fill lasts a year.
    return { part, queries: sheet.queries(`IF(${free} < ${half} AND DIFF(${free}) < 0, ${free} / (0 - RATE(${free})) / 86400, 365)`, "days until it is full"), periodSeconds, missing: "notBreaching" };
  });
}

export function ofInstances<Name>(sheet: Sheet<Name>, database: DatabasePlaces<Name>, metricName: string, stat: string): string[] {
  const [namespace, instances] = database.kind === "rds" ? ["AWS/RDS", [database.instance]] : ["AWS/DocDB", database.instances];
  return instances.map((instance) => sheet.metric(namespace, metricName, stat, { DBInstanceIdentifier: instance }));
}

