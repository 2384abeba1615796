import type { CommandModule } from "./types";

export interface CommandEntry {
  readonly summary: string;
  /** Loaded only when it runs, so that every command starts fast however many there are. */
  readonly load: () => Promise<CommandModule>;
}

/** Every command there is. */
export const commands: Readonly<Record<string, CommandEntry>> = {
  status: { summary: "one screen: systems, versions, health, traffic, backups, alerts, drift", load: async () => (await import("./status")).status },
  health: { summary: "asks every system and container; ends with 1 when something is not well", load: async () => (await import("./health")).health },
  history: { summary: "updates of the stack: number, when, what, who, why, result, versions", load: async () => (await import("./history")).history },
  logs: { summary: "lines of containers by time: follow, since, one request, a pattern", load: async () => (await import("./logs")).logs },
  metrics: { summary: "the runbooks' figures now: requests, containers, database, cache, host", load: async () => (await import("./metrics")).metrics },
  exec: { summary: "a shell or a command in a service's container, recorded", load: async () => (await import("./exec")).exec },
  open: { summary: "the address of a page and who gets in: app, status, grafana, prometheus, alerts", load: async () => (await import("./open")).open },
  incident: { summary: "tells channels and status page of an incident: open, update, resolve, list", load: async () => (await import("./incident")).incident },
  backup: { summary: "takes a backup now, of all systems or those that are named", load: async () => (await import("./backup")).backup },
  backups: { summary: "what there is: list", load: async () => (await import("./backups")).backups },
  verify: { summary: "checks every part of a backup: checksum, and that it opens", load: async () => (await import("./verify")).verify },
  restore: { summary: "brings a backup back, whole or in part, by an update of the stack", load: async () => (await import("./restore")).restore },
  drill: { summary: "restores a backup into a throwaway database and compares", load: async () => (await import("./drill")).drill },
  recover: { summary: "brings a whole stack back on an empty machine, from its backups", load: async () => (await import("./recover")).recover },
  "recovery-kit": { summary: "shows what opens the backups: keys, passphrase, where they lie", load: async () => (await import("./recoveryKit")).recoveryKit },
  deploy: { summary: "a version: checks, preview, update, smoke checks, watch; back by itself when it is bad", load: async () => (await import("./deploy")).deploy },
  rollback: { summary: "brings back settings, code or data, or a whole earlier release", load: async () => (await import("./rollback")).rollback },
  rotate: { summary: "new passwords and keys in place of old ones, by one update; the old ones are dead then", load: async () => (await import("./rotate")).rotate },
  check: { summary: "the runbooks' lists: daily, weekly, monthly, quarterly; the performance baseline", load: async () => (await import("./check")).check },
  preview: { summary: "what an update would do, for whoever reviews it: data first, causes, policies; keeps a plan", load: async () => (await import("./preview")).preview },
  apply: { summary: "the update that was previewed and approved, and no other", load: async () => (await import("./apply")).apply },
  drift: { summary: "what is not as the stack left it: exit code, and the text of an issue", load: async () => (await import("./drift")).drift },
  policy: { summary: "every rule of the policy pack against what there is: text, Markdown, JSON, SARIF", load: async () => (await import("./policy")).policy },
  report: { summary: "the week: requests, errors, promises, deploys, alerts, backups, capacity", load: async () => (await import("./report")).report },
  runbook: { summary: "the runbook of this stack: addresses, thresholds, contacts, what to do about each alert", load: async () => (await import("./runbook")).runbook },
  settings: { summary: "the stack file as the stack itself has it: pull", load: async () => (await import("./settings")).settings },
  "emergency-stop": { summary: "everything of a system down within 10 s, or cut off; no lock is waited for", load: async () => (await import("./emergencyStop")).emergencyStop },
  resume: { summary: "starts again what was stopped in an emergency, from the same state", load: async () => (await import("./resume")).resume },
  completion: { summary: "words and options under the Tab key, for bash and zsh", load: async () => (await import("./completion")).completion },
  maintenance: { summary: "turns visitors away, now or at a planned time: on, off, schedule, cancel, list, pass", load: async () => (await import("./maintenance")).maintenance },
  block: { summary: "an address or network gets nothing from the edge any more", load: async () => (await import("./block")).block },
  unblock: { summary: "lets it in again", load: async () => (await import("./block")).unblock },
  blocks: { summary: "which addresses are blocked, until when, by whom and why", load: async () => (await import("./block")).blocks },
  restart: { summary: "one container after another, without a dropped request where there are two", load: async () => (await import("./restart")).restart },
  scale: { summary: "how many containers serve a system, by one update: backend=2 frontend=3", load: async () => (await import("./scale")).scale },
  evidence: { summary: "containers, logs, processes and connections of this moment in one archive", load: async () => (await import("./evidence")).evidence },
  db: { summary: "what a database does right now, longest first; ends a query; vacuum", load: async () => (await import("./db")).db },
  cache: { summary: "empties a system's Redis, whole or by a pattern: flush", load: async () => (await import("./cache")).cache },
  updates: { summary: "newer images of what runs, newer packages of host and project; and what could not be asked", load: async () => (await import("./updates")).updates },
  unlock: { summary: "takes the lock of an operation whose machine is gone", load: async () => (await import("./unlock")).unlock },
  audit: { summary: "who changed what, when, why, and what came of it", load: async () => (await import("./audit")).audit },
};
