import type { Platform as Name } from "../config/types";

/** What a stack file can ask for, and a platform may refuse. */
export type Ask = "monitoring" | "backups" | "halted" | "acme";

/** On which platforms something is as the requirement says; a text says what is there in its place, and why. */
export interface PlatformRow {
  /** Of what the runbooks ask for: S systems, M monitoring, B backups, D operations, X security, P stacks. */
  readonly id: string;
  readonly about: string;
  readonly on: Readonly<Record<Name, true | string>>;
  /** What a stack file asks for it by, where there is such a key: a platform that refuses it has its reason above. */
  readonly asks?: Ask;
}

const unwatched = "nothing of Stackbook's watches a cluster yet: use the cluster's own means";
const byEngine = "commands that look into containers end at once, and say what kubectl does in their place";
const byFile = "by the stack file and `pulumi up`: commands that need an engine end at once, and say AWS's own words";
const noAgent = "the backup agent isn't there yet: AWS's own snapshots, and any moment of `aws.backupDays`; so no prod";
const noPicker = "`pulumi up` with the settings of before; the commands look into containers of an engine";

const everywhere = { docker: true, kubernetes: true, aws: true } as const;

/** Every requirement, in the order of the runbooks' chapters. */
export const platformRows: readonly PlatformRow[] = [
  { id: "S", about: "the five systems: services, settings, routes, health paths, memory, scaling, migrations, uploads", on: { ...everywhere, kubernetes: "all but several replicas of a sticky service (motel's backend)", aws: "all but several replicas of a sticky service (motel's backend), and 8 at most of any" } },
  { id: "M1", about: "every threshold an alert, with severity, step and link", asks: "monitoring", on: { docker: true, kubernetes: unwatched, aws: true } },
  { id: "M1a", about: "guards of traffic, unusual traffic, low throughput", on: { docker: true, kubernetes: unwatched, aws: true } },
  { id: "M2", about: "severities and escalation", on: { docker: true, kubernetes: unwatched, aws: true } },
  { id: "M3", about: "routing and inhibition, daily digest", on: { docker: true, kubernetes: unwatched, aws: "no daily digest: its alarms are on the dashboard" } },
  { id: "M4", about: "SLOs and burn rates", on: { docker: true, kubernetes: unwatched, aws: "as far as CloudWatch can judge ([cloudwatch.md](cloudwatch.md))" } },
  { id: "M5", about: "dashboards", on: { docker: true, kubernetes: unwatched, aws: "one dashboard of CloudWatch; applications' own figures are not read" } },
  { id: "M6", about: "logs in one place, kept by kind", on: { docker: true, kubernetes: unwatched, aws: true } },
  { id: "M7", about: "metrics of host, containers, edge, databases, Redis, applications, certificates, backups", on: { docker: true, kubernetes: unwatched, aws: "AWS's own of what it runs, and the edge's log; not of applications and backups" } },
  { id: "M8", about: "status page and incident notices", on: { docker: true, kubernetes: unwatched, aws: "neither yet" } },
  { id: "B1", about: "backups by schedule, on demand, before every deploy and migration", asks: "backups", on: { docker: true, kubernetes: true, aws: noAgent } },
  { id: "B2", about: "tiers, and retention where backups lie", on: { docker: true, kubernetes: true, aws: noAgent } },
  { id: "B3", about: "encrypted with the operator's key, opened by standard tools", on: { docker: true, kubernetes: true, aws: noAgent } },
  { id: "B4", about: "`verify`", on: { docker: true, kubernetes: true, aws: noAgent } },
  { id: "B5", about: "list of backups", on: { docker: true, kubernetes: true, aws: noAgent } },
  { id: "B6", about: "full and selective restore", on: { docker: true, kubernetes: true, aws: noAgent } },
  { id: "B7", about: "weekly restore drill", on: { docker: true, kubernetes: true, aws: noAgent } },
  { id: "B8", about: "recovery on an empty machine", on: { docker: true, kubernetes: "data by restoring into a new stack; `recover` makes Docker stacks", aws: noAgent } },
  { id: "B9", about: "metrics and alerts of backups", on: { docker: true, kubernetes: unwatched, aws: noAgent } },
  { id: "B10", about: "no restore against a live backend", on: { docker: true, kubernetes: true, aws: noAgent } },
  { id: "D1", about: "deploy as a stack update, with checks before and after", on: { docker: true, kubernetes: "`pulumi up`; `deploy` looks into containers of an engine", aws: byFile } },
  { id: "D2", about: "no dropped request; traffic switched by steps", on: { docker: true, kubernetes: "the shares are set in the stack file (`beside.percent`), by hand", aws: "the shares are set in the stack file (`beside.percent`), by hand" } },
  { id: "D3", about: "rollback through the history", on: { docker: true, kubernetes: noPicker, aws: noPicker } },
  { id: "D4", about: "migrations: backup first, staging first, marked when irreversible", on: { docker: true, kubernetes: true, aws: "no backup by the agent before it: AWS's own snapshots" } },
  { id: "D5", about: "`status`, `health`, `logs`, `metrics`, `restart`, `scale`, `history`", on: { docker: true, kubernetes: byEngine, aws: byFile } },
  { id: "D6", about: "maintenance, by hand and by the clock", on: { ...everywhere, aws: byFile } },
  { id: "D7", about: "exchange of secrets without a dropped request", on: { docker: true, kubernetes: "by counters in the stack file; `rotate` looks into containers of an engine", aws: "by counters in the stack file; not Redis' password" } },
  { id: "D8", about: "emergency stop, isolation, start from the same state", asks: "halted", on: { docker: true, kubernetes: true, aws: "a desired count of 0, by hand" } },
  { id: "D9", about: "routine checks", on: { docker: true, kubernetes: byEngine, aws: byFile } },
  { id: "D10", about: "record of every operation", on: { docker: true, kubernetes: "in the working copy, and in the stack's history", aws: "in the working copy, and in the stack's history" } },
  { id: "D11", about: "evidence, blocked addresses, long queries", on: { docker: true, kubernetes: "blocked addresses; the rest by kubectl", aws: "blocked addresses by the stack file; the rest by AWS's console" } },
  { id: "D12", about: "images by reference or built, smoke checks, settings at build time", on: { docker: true, kubernetes: "by reference: what is built on this machine never gets there", aws: "by reference: what is built on this machine never gets there" } },
  { id: "D13", about: "generated runbook", on: { docker: true, kubernetes: true, aws: "its commands need an engine" } },
  { id: "X1", about: "TLS 1.2 and newer, certificates, headers, CORS, limits", asks: "acme", on: { docker: true, kubernetes: "certificates are given, not asked for", aws: "certificates are ACM's" } },
  { id: "X2", about: "stores with authentication, reached by who uses them", on: everywhere },
  { id: "X3", about: "secrets generated or given, plain only where they are needed", on: everywhere },
  { id: "X4", about: "containers without root, capabilities, writable root; limits, pinned images", on: everywhere },
  { id: "X5", about: "buckets private, encrypted, versioned, TLS only", on: everywhere },
  { id: "X6", about: "audit log kept", on: { docker: true, kubernetes: "on its claim; nothing ships it", aws: true } },
  { id: "X7", about: "all of it as policies", on: everywhere },
  { id: "P", about: "stacks, previews in CI, shared state", on: everywhere },
];
