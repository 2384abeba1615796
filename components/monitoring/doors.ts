import type { LogicalImage, StackConfig } from "../../config/types";
import type { EdgeDoor } from "../edge";
import { ports } from "./facts";

/** A door of the monitoring, less the operators' password. */
export interface MonitoringDoor extends Omit<EdgeDoor, "authorizationSha256"> {
  readonly name: "status" | "grafana" | "prometheus" | "alerts";
  readonly operatorsOnly: boolean;
  readonly url: string;
}

/**
 * What of the monitoring is reached from outside, by configuration alone: certificates name the doors before
 * anything is behind them. Without the image nothing is, so there is no door either.
 */
export function monitoringDoors(stack: StackConfig, lacks: (image: LogicalImage) => string | undefined): readonly MonitoringDoor[] {
  const { enabled, dashboards, operatorPages, statusPage } = stack.monitoring;
  if (!enabled) return [];
  const door = (name: MonitoringDoor["name"], target: EdgeDoor["target"], healthPath: string, more: Partial<MonitoringDoor> = {}): MonitoringDoor => {
    const host = `${name}.${stack.domain}`;
    return { name, host, target, healthPath, operatorsOnly: false, url: `https://${host}${stack.edge.httpsPort === 443 ? "" : `:${stack.edge.httpsPort}`}`, ...more };
  };
  return [
    ...(statusPage.enabled ? [door("status", { host: "status", port: ports.status }, "/healthz")] : []),
    // Asks for its own login.
    ...(dashboards.enabled && lacks("grafana") === undefined
      ? [door("grafana", { host: "grafana", port: ports.grafana }, "/api/health", { websockets: ["/api/live"] })]
      : []),
    ...(operatorPages
      ? [
          door("prometheus", { host: "prometheus", port: ports.prometheus }, "/-/healthy", { operatorsOnly: true }),
          door("alerts", { host: "alertmanager", port: ports.alertmanager }, "/-/healthy", { operatorsOnly: true }),
        ]
      : []),
  ];
}
