import { systemIds, systems } from "../../systems";
import { defaultEscalationMinutes, everything } from "../catalogue";
import { logGroupName } from "./judged";
import type { CloudWatchInput, SystemPlaces } from "./types";

/** All five systems on AWS as they come, by names that say what they are: for the page in docs/ and for tests. */
export const exampleInput: CloudWatchInput<string> = {
  ...everything, stack: "prod", timeZone: "Europe/Berlin", escalationMinutes: defaultEscalationMinutes, thresholds: {},
  places: {
    edge: { loadBalancer: "app/prod/50dc6c495c0c9188", targetGroup: "targetgroup/prod/73e2d6bc24d8a067", logGroup: logGroupName("prod", "stack", "edge"), containers: ["stack-edge"] },
    cluster: "prod", certificates: ["arn:aws:acm:eu-central-1:123456789012:certificate/one"], events: logGroupName("prod", "stack", "events"),
    systems: Object.fromEntries(systemIds.map((id) => [id, placesOf(id)])),
  },
};

function placesOf(id: (typeof systemIds)[number]): SystemPlaces<string> {
  const { database, redis } = systems[id];
  const service = (name: string) => ({ containers: [`${id}-${name}-a`] });
  return {
    services: { backend: service("backend"), frontend: service("frontend") },
    cacheNodes: redis === undefined ? [] : [`prod-${id}-001`],
    database: database.engine === "postgres"
      ? { kind: "rds", instance: `prod-${id}`, maxConnections: 100, storageGiB: 20, replicas: [], logs: `/aws/rds/instance/prod-${id}/postgresql` }
      : { kind: "documentdb", instances: [`prod-${id}-0`, `prod-${id}-1`], profiler: `/aws/docdb/prod-${id}/profiler` },
  };
}
