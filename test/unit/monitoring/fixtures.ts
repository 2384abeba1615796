import { parse } from "yaml";
import type { WatchedContainer, WatchedSystem } from "../../../components/monitoring/facts";

export const motel: WatchedSystem = {
  id: "motel",
  domain: "motel.example.org",
  publicUrl: "https://motel.example.org",
  engine: "postgres",
  redis: true,
  auditLog: false,
  services: [
    { name: "backend", port: 3001, metricsPath: "/metrics/prometheus", replicas: [{ slot: "a", host: "motel-backend-a-0-1a2b3c4" }, { slot: "b", host: "motel-backend-b-0-5d6e7f8" }] },
    { name: "frontend", port: 3000, replicas: [{ slot: "a", host: "motel-frontend-a-0-9a8b7c6" }] },
  ],
  probes: [
    { check: "page", service: "frontend", path: "/" },
    { check: "health", service: "backend", path: "/health" },
  ],
  backup: { agent: "motel-backup", drill: "motel-drill" },
};

export const mps: WatchedSystem = { ...motel, id: "mps", domain: "mps.example.org", publicUrl: "https://mps.example.org:8443", engine: "mongodb", redis: false, auditLog: true, backup: { agent: "mps-backup" } };

export const containers: readonly WatchedContainer[] = [
  { id: "a".repeat(64), name: "motel-backend-a-0-1a2b3c4", system: "motel", service: "backend" },
  { id: "b".repeat(64), name: "edge-1234567", system: "stack", service: "edge" },
];

/** What a rendered text says, as plain data. */
export function read<T = Record<string, unknown>>(text: string): T {
  return parse(text) as T;
}
