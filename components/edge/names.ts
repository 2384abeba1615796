import type { EdgeRoute, EdgeSystem } from "./model";

export interface RouteFlags {
  readonly websocket: boolean;
  readonly sticky: boolean;
}

export const plain: RouteFlags = { websocket: false, sticky: false };

export function routeFlags(system: EdgeSystem, route: EdgeRoute): RouteFlags {
  const service = system.services.find((s) => s.name === route.service);
  return { websocket: route.websocket ?? false, sticky: route.sticky ?? service?.sticky ?? false };
}

/** "motel_backend", "motel_backend_sticky_websocket": no id may hold "_", so no two names are the same. */
export function backendName(system: EdgeSystem, service: string, flags: RouteFlags): string {
  return [system.id, service, ...(flags.sticky ? ["sticky"] : []), ...(flags.websocket ? ["websocket"] : [])].join("_");
}

/** The stick table of a system's request rates. */
export function rateTable(system: EdgeSystem): string {
  return `rate_${system.id}`;
}

/** A condition: the request is for this system. */
export function isSystem(system: EdgeSystem): string {
  return `{ var(txn.system) -m str ${system.id} }`;
}
