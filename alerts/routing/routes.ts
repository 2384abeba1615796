import type { SystemId } from "../../systems";
import { closedOf } from "./closed";
import type { RoutingInput } from "./input";
import { digestKind, escalatedLabel, kindLabel, newsKinds, watchdogKind } from "./labels";
import { maintenanceInterval, windowsOf } from "./maintenance";
import type { SentSeverity } from "./types";

/** Which message goes where: Alertmanager takes the first branch that fits, and of that the first again. */

export interface Route {
  readonly receiver: string;
  readonly matchers?: readonly string[];
  readonly group_by?: readonly string[];
  readonly group_wait?: string;
  readonly group_interval?: string;
  readonly repeat_interval?: string;
  readonly mute_time_intervals?: readonly string[];
  readonly routes?: readonly Route[];
}

/** Who is behind a receiver: channels by name, and what for. Without channels it takes in silence. */
export interface ReceiverSpec {
  readonly name: string;
  readonly channels: readonly string[];
  readonly purpose: "alerts" | "news" | "heartbeat" | "nobody";
}

/**
 * A fault shows in several alerts within seconds of each other. From alert to message at most 10 s; what joins an open
 * fault is told 15 s later. With two readings of 15 s, to see it and to judge it, that keeps within `for` + 45 s.
 */
const pageTiming = { group_wait: "10s", group_interval: "15s", repeat_interval: "1h" };
/** Working hours: reminded of once a day. */
const ticketTiming = { group_wait: "10s", group_interval: "5m", repeat_interval: "24h" };
/** Each for itself and at once. Never repeated: 4 days is more than the 12 hours that one stays, less than the 5 days that Alertmanager remembers. */
const newsTiming = { group_by: ["..."], group_wait: "0s", group_interval: "1m", repeat_interval: "4d" };
/** Every minute: 50 s have passed at each second tick of 30 s, where a full minute would just not have. */
const heartbeatTiming = { group_by: ["..."], group_wait: "0s", group_interval: "30s", repeat_interval: "50s" };

export function routeTree(input: RoutingInput): { route: Route; receivers: ReceiverSpec[] } {
  const { alerts } = input;
  const known = new Map<string, ReceiverSpec>();
  const receiver = (name: string, channels: readonly string[], purpose: ReceiverSpec["purpose"] = "alerts"): string => {
    known.set(name, { name, channels, purpose });
    return name;
  };
  const nobody = receiver("nobody", [], "nobody");
  const severity = (name: SentSeverity, timing: object, groupBy: readonly string[]): Route => {
    const own = { receiver: receiver(name, alerts.routes[name]), matchers: [equals("severity", name)], group_by: groupBy, ...timing };
    return { ...own, routes: [...systemRoutes(input, name, receiver), ...escalation(input, name, undefined, receiver)] };
  };
  const route: Route = {
    // Whatever nobody thought of is worked on, not lost.
    receiver: receiver("ticket", alerts.routes.ticket),
    group_by: ["system", "topic"],
    ...ticketTiming,
    routes: [
      { receiver: alerts.deadMansSwitch === undefined ? nobody : receiver("dead-mans-switch", [], "heartbeat"), matchers: [equals(kindLabel, watchdogKind)], ...heartbeatTiming },
      { receiver: receiver("digest", alerts.routes.digest, "news"), matchers: [equals(kindLabel, digestKind)], ...newsTiming },
      { receiver: receiver("notices", alerts.notices, "news"), matchers: [`${kindLabel}=~"${newsKinds.join("|")}"`], ...newsTiming },
      // Told together, in the daily report.
      { receiver: nobody, matchers: [equals("severity", "digest")] },
      severity("page", pageTiming, ["system"]),
      severity("ticket", ticketTiming, ["system", "topic"]),
    ],
  };
  return { route, receivers: [...known.values()] };
}

type Named = (name: string, channels: readonly string[]) => string;

/** A branch for each system that has its own people, or hours in which its alerts wait. */
function systemRoutes(input: RoutingInput, severity: SentSeverity, receiver: Named): Route[] {
  return [...input.systems.map(({ id }) => id), "stack" as const].flatMap((id): Route[] => {
    const own = id === "stack" ? undefined : input.alerts.systemRoutes[id]?.[severity];
    const windows = [...windowsOf(input.alerts.maintenance, id).map(maintenanceInterval), ...closedOf(input.closed, id)];
    if (own === undefined && windows.length === 0) return [];
    const name = own === undefined ? severity : receiver(`${id}-${severity}`, own);
    const muted = windows.length === 0 ? {} : { mute_time_intervals: windows };
    // Maintenance explains that something is slow or down, never that somebody guesses passwords. Hours don't pass on to branches.
    const above = escalation(input, severity, id, receiver);
    const security: Route[] = windows.length === 0 ? [] : [{ receiver: name, matchers: [equals("class", "security")], routes: above }];
    return [{ receiver: name, matchers: [equals("system", id)], ...muted, routes: [...security, ...above.map((route) => ({ ...route, ...muted }))] }];
  });
}

/** A ticket that became a page goes to those whom pages of the system go to, and to those above them. */
function escalation({ alerts }: RoutingInput, severity: SentSeverity, id: SystemId | "stack" | undefined, receiver: Named): Route[] {
  if (severity !== "page" || alerts.escalation.channels.length === 0) return [];
  const own = id === undefined || id === "stack" ? undefined : alerts.systemRoutes[id]?.page;
  const name = own === undefined ? "escalation" : `${id}-escalation`;
  const channels = [...new Set([...(own ?? alerts.routes.page), ...alerts.escalation.channels])];
  return [{ receiver: receiver(name, channels), matchers: [equals(escalatedLabel, "true")] }];
}

const equals = (label: string, value: string): string => `${label}="${value}"`;
