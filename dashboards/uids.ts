import type { SystemId } from "../systems";

/** In every link and bookmark: never to be changed. */
export const uids = {
  overview: "stackbook-overview",
  releases: "stackbook-releases",
  backups: "stackbook-backups",
  logs: "stackbook-logs",
  system: (id: SystemId) => `stackbook-${id}-system`,
  performance: (id: SystemId) => `stackbook-${id}-performance`,
  business: (id: SystemId) => `stackbook-${id}-business`,
} as const;
