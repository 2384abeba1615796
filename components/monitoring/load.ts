import * as pulumi from "@pulumi/pulumi";
import { alertWarnings } from "../../config/alerts-checks";
import type { Monitoring, MonitoringArgs } from "./index";

/** The monitoring of a stack that has one; nothing of it is even loaded otherwise: its catalogues cost a preview half a second. */
export async function watch(args: MonitoringArgs): Promise<Monitoring | undefined> {
  for (const warning of alertWarnings({ config: args.stack })) void pulumi.log.warn(warning);
  if (!args.stack.monitoring.enabled) return undefined;
  const room = await import("./index");
  return new room.Monitoring("monitoring", args);
}
