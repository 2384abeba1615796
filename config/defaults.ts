import type { Environment } from "./types";

/** What holds where a stack file is silent and no runbook speaks. The reference quotes these. */
export const defaults = {
  platform: "docker",
  domain: "localhost",
  /** Dev's ports need no root and meet no web server that already runs. */
  httpPort: (environment: Environment) => (environment === "dev" ? 8080 : 80),
  httpsPort: (environment: Environment) => (environment === "dev" ? 8443 : 443),
  bindAddress: (environment: Environment) => (environment === "dev" ? "127.0.0.1" : "0.0.0.0"),
  /** 20 a second: far above a person and a page's files, far below a password guesser. */
  requestsPerMinute: 1200,
  aws: {
    vpcCidr: "10.0.0.0/16",
    nat: "none",
    /** One may go with its zone. */
    edgeReplicas: 2,
    backupDays: (environment: Environment) => (environment === "dev" ? 1 : 14),
    /** The smallest with two processors: what the runbooks' systems had on one host. */
    classes: { postgres: "db.t4g.medium", mongodb: "db.t4g.medium", redis: "cache.t4g.small" },
  },
  kubernetes: { clusterDomain: "cluster.local", /** One may go with its node. */ edgeReplicas: 2 },
  /** Nobody waits for long requests in dev; elsewhere half a minute covers slow uploads. */
  drainSeconds: (environment: Environment) => (environment === "dev" ? 10 : 30),
  protectData: true,
  demo: { seed: false, traffic: false },
  version: "1.0.0",
  slot: "a",
  besidePercent: 0,
  enabled: true,
  sequence: 0,
  /** What runs on a dev stack that says nothing: the first system. */
  devSystem: "motel",
  monitoring: {
    enabled: true,
    timeZone: "UTC",
    scrapeSeconds: 15,
    /** A quarter, to compare with the one before; on a developer's machine two weeks. */
    retentionDays: (environment: Environment) => (environment === "dev" ? 15 : 90),
    maxSizeGiB: (environment: Environment) => (environment === "dev" ? 2 : 10),
    logs: true,
    hostDirectory: "/var/lib/docker/containers",
    /** sms.md, Log Retention. */
    logDays: { application: 90, system: 30, audit: 365, backup: 30 },
    dashboards: true,
    operatorPages: (environment: Environment) => environment === "dev",
    statusPage: true,
    title: "Service status",
  },
  backups: {
    enabled: true,
    store: "local",
    pathStyle: false,
    /** Who writes backups should not be able to remove them. */
    lifecycle: true,
    generation: 1,
    /** After the backup of Sunday, in the hours in which FETMS is kept anyway. */
    drillDay: "sunday",
    drillAt: "04:00",
    /** See backups/retention.ts. */
    deployDays: 90,
  },
  alerts: {
    requireTls: true,
    /** mps.md: "If not resolved in 30 minutes, escalate to P1". */
    escalationMinutes: 30,
    digestAt: "08:00",
    /** fetms.md, Maintenance Windows: "Weekly, Sunday 2 AM - 4 AM". */
    maintenance: { "fetms-sunday": { systems: ["fetms"], days: ["sunday"], from: "02:00", to: "04:00" } },
  },
} as const;
