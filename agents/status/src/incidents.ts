import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { readJson, writeJson } from "../../common/files";
import type { Log } from "../../common/log";
import { checked, ProblemsError } from "../../common/problems";

/** MemoApp's levels, with the time in which somebody answers. */
export const severities = {
  1: { title: "Critical", response: "immediately" },
  2: { title: "High", response: "within 15 minutes" },
  3: { title: "Medium", response: "within 2 hours" },
  4: { title: "Low", response: "next business day" },
} as const;
export type Severity = keyof typeof severities;

const line = (what: string, longest = 500) =>
  z.string(`give ${what}`).trim().min(1, `give ${what}`).max(longest, `use at most ${longest} characters`);
const severity = z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4)], "give 1 (critical), 2 (high), 3 (medium) or 4 (low)");
const time = z.string().refine((value) => !Number.isNaN(Date.parse(value)), "give a time such as 2026-11-21T08:00:00Z");

const update = z.object({ at: z.string(), by: z.string(), status: z.string(), message: z.string().optional(), eta: z.string(), severity });
export const incident = z.object({
  id: z.string(),
  /** A system's id, or "stack" for all of them. */
  system: z.string(),
  severity,
  issue: z.string(),
  impact: z.string(),
  status: z.string(),
  eta: z.string(),
  /** When the trouble began, which can be before anybody opened the incident. */
  startedAt: z.string(),
  openedAt: z.string(),
  openedBy: z.string(),
  updates: z.array(update),
  resolved: z.object({ at: z.string(), by: z.string(), resolution: z.string(), nextSteps: z.string() }).optional(),
  /** When the next word is due, and how often it was asked for since the last one. */
  remindAt: z.string(),
  reminders: z.number().int(),
});
export type Incident = z.infer<typeof incident>;

const opening = z.object({
  system: line("the system"), severity, issue: line("what is wrong, as visitors see it"), impact: line("who is hit, and how"),
  status: line("the status", 200).default("Investigating"), eta: line("the estimated time", 200).default("Unknown"),
  since: time.optional(), by: line("who opens it", 200).default("unknown"),
});
const updating = z.object({
  status: line("the status", 200).optional(), message: line("the news", 2000).optional(), eta: line("the estimated time", 200).optional(),
  severity: severity.optional(), by: line("who says so", 200).default("unknown"),
}).refine(({ status, message, eta, severity: level }) => [status, message, eta, level].some((value) => value !== undefined), "give a status, a message, an ETA or a severity");
const resolving = z.object({
  resolution: line("what was done to fix it", 2000), nextSteps: line("follow-up actions", 2000).default("None"), by: line("who resolves it", 200).default("unknown"),
});

/** What the rules of an incident need to know. */
export interface Rules {
  readonly now: Date;
  readonly updateMinutes: number;
}

export function openIncident(input: unknown, rules: Rules & { readonly systems: readonly string[]; readonly day: string; readonly taken: (id: string) => boolean }): Incident {
  const given = checked("the incident can't be opened", opening, input);
  const problems: string[] = [];
  if (!rules.systems.includes(given.system)) problems.push(`system is ${given.system}: use one of ${rules.systems.join(", ")}`);
  if (given.since !== undefined && Date.parse(given.since) > rules.now.getTime()) problems.push(`since is ${given.since}: give a time that has passed`);
  if (problems.length > 0) throw new ProblemsError("the incident can't be opened", problems);
  const at = rules.now.toISOString();
  const { system, severity: level, issue, impact, status, eta, by, since } = given;
  return {
    id: freeId(`${rules.day}-${system}-${slug(issue)}`, rules.taken),
    system, severity: level, issue, impact, status, eta,
    startedAt: since === undefined ? at : new Date(since).toISOString(), openedAt: at, openedBy: by,
    updates: [{ at, by, status, eta, severity: level }], ...nextWord(rules, 0),
  };
}

export function updateIncident(before: Incident, input: unknown, rules: Rules): Incident {
  const given = checked(`${before.id} can't be updated`, updating, input);
  refuseResolved(before, "updated");
  const news = { status: given.status ?? before.status, eta: given.eta ?? before.eta, severity: given.severity ?? before.severity };
  const entry = { at: rules.now.toISOString(), by: given.by, ...news, ...(given.message === undefined ? {} : { message: given.message }) };
  return { ...before, ...news, updates: [...before.updates, entry], ...nextWord(rules, 0) };
}

export function resolveIncident(before: Incident, input: unknown, rules: Rules): Incident {
  const { by, resolution, nextSteps } = checked(`${before.id} can't be resolved`, resolving, input);
  refuseResolved(before, "resolved again");
  return { ...before, status: "Resolved", resolved: { at: rules.now.toISOString(), by, resolution, nextSteps } };
}

/** After 30 minutes, then 60, 120 and so on up to four hours: an incident that is forgotten stays heard, and bearable. */
export function remindIncident(before: Incident, rules: Rules): Incident {
  return { ...before, ...nextWord(rules, before.reminders + 1) };
}

export function isDue({ resolved, remindAt }: Incident, now: Date): boolean {
  return resolved === undefined && Date.parse(remindAt) <= now.getTime();
}

/** Milliseconds from the beginning of the trouble to its end, or to now. */
export function lasted({ startedAt, resolved }: Incident, now: Date): number {
  return (resolved === undefined ? now.getTime() : Date.parse(resolved.at)) - Date.parse(startedAt);
}

function nextWord({ now, updateMinutes }: Rules, reminders: number): Pick<Incident, "remindAt" | "reminders"> {
  const minutes = Math.min(updateMinutes * 2 ** reminders, Math.max(updateMinutes, 240));
  return { remindAt: new Date(now.getTime() + minutes * 60_000).toISOString(), reminders };
}

function refuseResolved({ id, resolved }: Incident, what: string): void {
  if (resolved !== undefined) throw new ProblemsError(`${id} can't be ${what}`, [`it was resolved at ${resolved.at}; open a new incident`]);
}

function slug(text: string): string {
  const words = text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
  return words.slice(0, 40).replace(/-$/, "") || "incident";
}

function freeId(id: string, taken: (id: string) => boolean): string {
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? id : `${id}-${number}`;
    if (!taken(candidate)) return candidate;
  }
}

/** One file each, kept for good: they are few, and what post-mortems are written from. */
export class IncidentStore {
  private readonly incidents = new Map<string, Incident>();

  constructor(private readonly folder: string, log: Log) {
    mkdirSync(folder, { recursive: true });
    for (const name of readdirSync(folder)) {
      const file = /^(.+\.json)(?:\.previous)?$/.exec(name)?.[1];
      if (file === undefined) continue;
      const found = readJson(join(folder, file), (value) => incident.parse(value), log);
      if (found !== undefined) this.incidents.set(found.id, found);
    }
  }

  /** Newest first. */
  all(): Incident[] {
    return [...this.incidents.values()].sort((a, b) => (a.openedAt < b.openedAt ? 1 : -1));
  }

  open(): Incident[] {
    return this.all().filter(({ resolved }) => resolved === undefined);
  }

  has(id: string): boolean {
    return this.incidents.has(id);
  }

  /** By its id; without one, the only open incident. */
  find(id: string | undefined): Incident {
    const open = this.open();
    const list = open.length === 0 ? "none is open" : `open: ${open.map((entry) => entry.id).join(", ")}`;
    const found = id === undefined ? (open.length === 1 ? open[0] : undefined) : this.incidents.get(id);
    if (found !== undefined) return found;
    throw new ProblemsError("which incident?", [id === undefined ? `name it; ${list}` : `there is no incident ${id}; ${list}`]);
  }

  save(entry: Incident): void {
    writeJson(join(this.folder, `${entry.id}.json`), entry);
    this.incidents.set(entry.id, entry);
  }
}
