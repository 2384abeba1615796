import type { Route } from "./http/types";
import type { CommonSettings } from "./settings";

/** At `/version`, and at `/api/version` for those behind the edge. */
export function versionRoutes(settings: CommonSettings, startedAt: Date): readonly Route[] {
  const body = {
    system: settings.system.id, role: settings.role, version: settings.version, hostname: settings.hostname, startedAt: startedAt.toISOString(),
  };
  const paths = settings.role === "backend" ? ["/version", "/api/version"] : ["/version"];
  return paths.map((path) => ({ method: "GET", path, handler: () => ({ status: 200, body, headers: { "cache-control": "no-store" } }) }));
}
