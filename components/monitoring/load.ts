import * as pulumi from "@pulumi/pulumi";
import { alertWarnings } from "../../config/alerts-checks";
import type { Watched } from "../../platforms/platform";
import type { MonitoringArgs } from "./index";

/** The monitoring of a stack that has one; nothing of it is even loaded otherwise: its catalogues cost a preview half a second. */
export async function watch(args: MonitoringArgs): Promise<Watched | undefined> {
  const { platform, routes, stack, systems } = args;
  for (const warning of alertWarnings({ config: stack })) void pulumi.log.warn(warning);
  if (!stack.monitoring.enabled) return undefined;
  if (platform.watch !== undefined) {
    const [{ allJobs }, { catalogueInput }, { closedTimes }] = await Promise.all([import("../../alerts/catalogue"), import("./rules"), import("./closed")]);
    // Every row of the catalogue: what the platform doesn't judge, it says.
    return platform.watch({ catalogue: { ...catalogueInput(stack, systems, []), jobs: allJobs }, closed: closedTimes(stack) }, { dependsOn: [routes] });
  }
  const room = await import("./index");
  return new room.Monitoring("monitoring", args);
}
