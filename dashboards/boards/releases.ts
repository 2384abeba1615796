import type { Board } from "../model";
import { perSecond, quantile, share, sumBy, type Labels } from "../promql";
import type { DashboardsInput } from "../types";
import { uids } from "../uids";
import { ofSystems, releaseMarks, stackFolder, stackLinks } from "./common";

/** Requirement M5: which version of what runs since when, and what an update did to those who use it. */
export function releases(input: DashboardsInput): Board {
  const whole = sumBy(["system"], perSecond("edge_requests_total", ofSystems(input)));
  const inSlots = sumBy(["system", "slot"], perSecond("edge_requests_total", ofSlots(input)));
  return {
    uid: uids.releases, title: "Releases", file: "releases.json", folder: stackFolder,
    says: "Versions, updates, and what each did to errors and response times. Every mark is an update.",
    tags: ["releases"],
    rows: [
      {
        title: "What runs",
        panels: [
          {
            title: "Versions", kind: "table", unit: "count", width: 12,
            says: "The version of each system, and when it came.",
            queries: [{ expr: `max by (system, version) (stackbook_release_timestamp_seconds * on (system) group_left (version) stackbook_release_info) * 1000`, legend: "since", unit: "age" }],
          },
          {
            title: "Updates", kind: "lines", unit: "count", width: 12,
            says: "Updates that changed a system, in the last day at each moment.",
            queries: [{ expr: "sum by (system) (increase(stackbook_updates_total[1d]))", legend: "{{system}}" }],
          },
        ],
      },
      {
        title: "What updates did",
        panels: [
          {
            title: "Server errors", kind: "lines", unit: "ratio", width: 12,
            says: "Part of the requests that failed: it must not climb at a mark.",
            queries: [{ expr: share(sumBy(["system"], perSecond("edge_requests_total", { ...ofSystems(input), status_class: "5xx" })), whole), legend: "{{system}}" }],
          },
          {
            title: "Response time, p95", kind: "lines", unit: "seconds", width: 12,
            says: "95 of 100 requests were answered within this time: it must not climb at a mark.",
            queries: [{ expr: quantile(0.95, ["system"], "edge_request_duration_seconds", ofSystems(input)), legend: "{{system}}" }],
          },
          {
            title: "Requests a second", kind: "lines", unit: "requestsPerSecond", width: 12,
            says: "It must not drop at a mark.",
            queries: [{ expr: whole, legend: "{{system}}" }],
          },
          {
            title: "Replicas that take requests", kind: "lines", unit: "count", width: 12,
            says: "By service, as the edge sees them. An update adds the new ones before the old ones go.",
            queries: [{ expr: `haproxy_backend_active_servers{proxy=~".+_(backend|frontend).*"}`, legend: "{{proxy}}" }],
          },
        ],
      },
      {
        title: "Two versions side by side",
        panels: [
          {
            title: "Which is in which slot", kind: "table", unit: "count", width: 6,
            says: "Replicas by slot and version, as they name themselves. A system has one slot, or two while a version is tried or kept warm.",
            queries: [{ expr: "count by (system, slot, version) (app_info)", legend: "replicas" }],
          },
          {
            title: "Requests a second by slot", kind: "lines", unit: "requestsPerSecond", width: 6,
            says: "How visitors are shared out.",
            queries: [{ expr: inSlots, legend: "{{system}} {{slot}}" }],
          },
          {
            title: "Server errors by slot", kind: "lines", unit: "ratio", width: 6,
            says: "Part of the requests that each version failed. What nobody was there to answer is neither's.",
            queries: [{ expr: share(sumBy(["system", "slot"], perSecond("edge_requests_total", { ...ofSlots(input), status_class: "5xx" })), inSlots), legend: "{{system}} {{slot}}" }],
          },
          {
            title: "Response time by slot, p95", kind: "lines", unit: "seconds", width: 6,
            says: "95 of 100 requests to each version were answered within this time.",
            queries: [{ expr: quantile(0.95, ["system", "slot"], "edge_request_duration_seconds", ofSlots(input)), legend: "{{system}} {{slot}}" }],
          },
        ],
      },
      {
        title: "Incidents",
        panels: [
          {
            title: "Open incidents", kind: "lines", unit: "count", width: 24, height: 6,
            says: "Opened and not resolved yet, by system: npx stackbook incident list",
            queries: [{ expr: "sum by (system) (stackbook_incidents_open)", legend: "{{system}}" }],
          },
        ],
      },
    ],
    annotations: releaseMarks(), links: stackLinks(input),
  };
}

const ofSlots = (input: DashboardsInput): Labels => ({ ...ofSystems(input), slot: "~a|b" });
