import type { StackConfig, SystemConfig } from "../config/types";
import { secondsOf } from "../config/instants";
import { passKeyId } from "../config/passes";
import type { EdgeClosed, EdgeModel, EdgeWindow } from "./edge";
import type { MonitoringDoor } from "./monitoring/doors";

/** What the stack file says of visitors who are turned away, in the edge's words. */

/** A system that is stopped is stopped, whatever was planned for it. */
export function closedOf({ halted, maintenance }: Pick<SystemConfig, "halted" | "maintenance">): { readonly closed?: EdgeClosed } {
  if (halted !== undefined) return { closed: { kind: "halted" } };
  return maintenance.length === 0 ? {} : { closed: { kind: "maintenance", windows: maintenance.map(window) } };
}

function window({ from, message, until }: SystemConfig["maintenance"][number]): EdgeWindow {
  return {
    ...(from === undefined ? {} : { from: secondsOf(from) }),
    ...(until === undefined ? {} : { until: secondsOf(until) }),
    ...(message === undefined ? {} : { message }),
  };
}

/** Who is refused, who passes, and where visitors read more. */
export function admissionOf({ edge, monitoring }: StackConfig, doors: readonly MonitoringDoor[], passKey: string): Pick<EdgeModel, "blocked" | "bypass" | "passKeyId" | "statusPage" | "timeZone"> {
  const status = doors.find(({ name }) => name === "status");
  return {
    blocked: edge.blocked.map(({ address, until }) => ({ network: address, ...(until === undefined ? {} : { until: secondsOf(until) }) })),
    bypass: edge.bypass,
    passKeyId: passKeyId(passKey),
    timeZone: monitoring.timeZone,
    ...(status === undefined ? {} : { statusPage: status.url }),
  };
}
