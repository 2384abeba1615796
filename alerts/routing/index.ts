import { closedIntervals } from "./closed";
import { inhibitRules } from "./inhibition";
import { maintenanceInterval, timeIntervals } from "./maintenance";
import { receivers } from "./receivers";
import { routeTree } from "./routes";
import { secretFile } from "./secretFiles";
import { notificationTemplates } from "./templates";
import type { RoutingInput } from "./input";
import type { SecretName } from "./types";

export type { RoutingInput } from "./input";
export { maintenanceInterval };

export interface AlertmanagerFiles {
  /** Relative to `alertmanagerDirectory`. */
  readonly files: Readonly<Record<string, string>>;
  /** Files that hold one secret each, relative too. */
  readonly secretFiles: Readonly<Record<string, SecretName>>;
}

/** What Alertmanager reads; no secret is in it, only the names of files that hold them. */
export function renderAlertmanager(input: RoutingInput): AlertmanagerFiles {
  const tree = routeTree(input);
  const config = {
    // Longer than two readings of the rules: Prometheus says itself when an alert is over.
    global: { resolve_timeout: "5m" },
    // By name, so that no file of an earlier update is read.
    templates: [templateFile],
    time_intervals: [...timeIntervals(input.alerts.maintenance, input.timeZone), ...closedIntervals(input.closed)],
    route: tree.route,
    inhibit_rules: inhibitRules(),
    receivers: receivers(tree.receivers, input.alerts),
  };
  return {
    // JSON is YAML that needs no library to be written.
    files: { "alertmanager.yml": `# Written by the stack's update; changes are lost with the next one.\n${JSON.stringify(config, null, 2)}\n`, [templateFile]: notificationTemplates(input) },
    secretFiles: Object.fromEntries(secretsOf(input).map((secret) => [secretFile(secret), secret])),
  };
}

const templateFile = "templates/stackbook.tmpl";

function secretsOf({ alerts }: RoutingInput): SecretName[] {
  const ofChannels = alerts.channels.flatMap((channel) => {
    if (channel.kind === "email") return channel.password ?? [];
    return channel.kind === "pagerduty" ? channel.routingKey : channel.url;
  });
  return [...ofChannels, ...(alerts.deadMansSwitch === undefined ? [] : [alerts.deadMansSwitch])];
}
