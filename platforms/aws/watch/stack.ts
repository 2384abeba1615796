import * as pulumi from "@pulumi/pulumi";
import type { CatalogueInput } from "../../../alerts";
import { logGroupName, type DatabasePlaces, type Places, type ServicePlaces, type SystemPlaces } from "../../../alerts/cloudwatch";
import type { ClosedTime } from "../../../alerts/routing/types";
import type { SystemId } from "../../../systems";
import type { Watched } from "../../platform";
import type { AwsContext } from "../context";
import { maxConnections } from "./connections";
import { retentionDays } from "../size";
import { Watch } from "./index";

type Name = pulumi.Output<string>;

/** Watches what the inventory has. */
export function watchStack(context: AwsContext, catalogue: CatalogueInput, closed: readonly ClosedTime[], opts: pulumi.ComponentResourceOptions): Watched {
  const { config: { alerts, monitoring }, settings: { chats, monthlyUsd, namePrefix, region }, stack } = context;
  const watch = new Watch(
    "watch",
    {
      input: {
        ...catalogue, stack, timeZone: monitoring.timeZone, expectedLoad: alerts.expectedLoad, escalationMinutes: alerts.escalation.afterMinutes, thresholds: alerts.thresholds,
        ...(alerts.runbookUrl === undefined ? {} : { runbookUrl: alerts.runbookUrl }), places: placesOf(context, catalogue.systems.map(({ id }) => id)),
      },
      alerts, closed, namePrefix, region, chats,
      ...(monthlyUsd === undefined ? {} : { monthlyUsd }),
      // The account of whoever updates: in every ARN.
      account: context.cluster.arn.apply((arn) => arn.split(":")[4] ?? ""),
      systemLogDays: retentionDays(monitoring.logs.retentionDays.system),
      tags: (service) => context.tags("stack", service, "monitoring"),
      options: (child) => context.options(child),
      secret: (key) => new pulumi.Config("alerts").requireSecret(key),
    },
    opts,
  );
  return { outputs: watch.outputs, credentials: {}, ready: watch };
}

export function placesOf(context: AwsContext, systems: readonly SystemId[]): Places<Name> {
  const { cluster, inventory: { balancer, services }, settings, stack } = context;
  if (balancer === undefined) throw new Error("the stack has no balancer to watch: create the edge first");
  return {
    cluster: cluster.name,
    edge: { loadBalancer: balancer.arnSuffix, targetGroup: balancer.targetGroupSuffix, logGroup: logGroupName(stack, "stack", "edge"), containers: services.filter(({ service, system }) => system === "stack" && service === "edge").map(({ name }) => name) },
    // One that the stack asks for AWS renews by itself, by the record that the stack keeps.
    certificates: settings.certificate === undefined ? [] : [pulumi.output(settings.certificate)],
    events: logGroupName(stack, "stack", "events"),
    systems: Object.fromEntries(systems.map((id) => [id, systemPlaces(context, id)])),
  };
}

function systemPlaces({ inventory: { services, stores }, settings }: AwsContext, id: SystemId): SystemPlaces<Name> {
  const own = stores.filter(({ system }) => system === id);
  const database = own.find(({ kind }) => kind !== "redis");
  if (database === undefined) throw new Error(`${id} has no database to watch: create it first`);
  const cache = own.find(({ kind }) => kind === "redis");
  const of = (service: string): ServicePlaces<Name> => ({ containers: services.filter((each) => each.system === id && each.service === service).map(({ name }) => name) });
  const numbered = (identifier: Name, count: number, nameOf: (at: number) => string): Name[] => Array.from({ length: count }, (_, at) => pulumi.interpolate`${identifier}${nameOf(at)}`);
  const places: DatabasePlaces<Name> = database.kind === "postgres"
    ? { kind: "rds", instance: database.identifier, maxConnections: maxConnections(settings.classes.postgres), storageGiB: database.storageGiB ?? 0, replicas: [], ...(database.log === undefined ? {} : { logs: database.log }) }
    : { kind: "documentdb", instances: numbered(database.identifier, database.nodes, (at) => `-${at}`), ...(database.log === undefined ? {} : { profiler: database.log }) };
  return {
    services: { backend: of("backend"), frontend: of("frontend") },
    database: places,
    // ElastiCache counts from 1, in three digits.
    cacheNodes: cache === undefined ? [] : numbered(cache.identifier, cache.nodes, (at) => `-${String(at + 1).padStart(3, "0")}`),
  };
}
