import { readFileSync } from "node:fs";
import { z } from "zod";
import { checked, ProblemsError } from "../../common/problems";
import { isTimeZone, readWeekday } from "./time";

const text = (what: string) => z.string(`give ${what} as text`).min(1, `give ${what}`);
const address = (what: string) =>
  z.string(`give ${what}`).refine((value) => URL.canParse(value) && /^https?:$/.test(new URL(value).protocol), `give ${what}, http:// or https://`);
const clock = z.string("give a time of day, 00:00 to 23:59").regex(/^([01]\d|2[0-3]):[0-5]\d$/, "give a time of day, 00:00 to 23:59");
const timeZone = z.string("give an IANA time zone such as Europe/Athens").refine(isTimeZone, "give an IANA time zone such as Europe/Athens");
const systemId = z.string("give a system's id").regex(/^[a-z][a-z0-9-]*$/, "give a system's id: small letters, digits and dashes");

const window = z.object({
  name: text("the window's name"),
  systems: z.union([z.literal("all"), z.array(systemId)], "give \"all\" or a list of systems' ids"),
  days: z.array(z.string().refine((day) => readWeekday(day) !== undefined, "give days of the week")).min(1, "give at least one day of the week"),
  from: clock,
  to: z.union([clock, z.literal("24:00")], "give a time of day, 00:00 to 24:00"),
  timeZone: timeZone.optional(),
});

const moment = z.iso.datetime("give a time in UTC such as 2026-11-22T02:00:00.000Z");

/** Visitors are turned away at this time. */
const closed = z.object({
  systems: z.union([z.literal("all"), z.array(systemId)], "give \"all\" or a list of systems' ids"),
  /** Absent: it has begun. */
  from: moment.optional(),
  /** Absent: nobody knows yet. */
  until: moment.optional(),
  /** For visitors. */
  message: text("what visitors read").optional(),
});

const system = z.object({
  id: systemId,
  title: text("the name people know the system by"),
  version: text("the version that runs"),
  /** Service to image reference, by content. */
  images: z.record(z.string(), z.string()).default({}),
  /** Changes with every setting that an update changes. */
  configHash: z.string().default(""),
  /** Where visitors find it. */
  url: address("the system's address").optional(),
});

const schema = z.object({
  stack: text("the stack's name"),
  environment: text("the environment: dev, staging or prod"),
  title: text("the page's title"),
  timeZone,
  /** When the daily digest goes out, in `timeZone`. */
  digestAt: clock,
  alertmanagerUrl: address("Alertmanager's address"),
  prometheusUrl: address("Prometheus's address"),
  /** Where the page is found from outside; absent when no door leads to it. */
  publicUrl: address("the page's address").nullish().transform((value) => value ?? undefined),
  systems: z.array(system, "give a list of systems"),
  /** An open incident gets an update this often (MemoApp: 30). */
  runbookUpdateMinutes: z.number().int().min(5, "give 5 to 1440 minutes").max(1440, "give 5 to 1440 minutes").default(30),
  maintenance: z.array(window).default([]),
  closed: z.array(closed).default([]),
}).superRefine((config, context) => {
  config.systems.forEach(({ id }, at) => {
    if (config.systems.findIndex((other) => other.id === id) !== at) {
      context.addIssue({ code: "custom", path: ["systems", at, "id"], input: id, message: "give every system once" });
    }
  });
});

export type StatusConfig = z.infer<typeof schema>;
export type SystemEntry = StatusConfig["systems"][number];
export type ClosedTime = StatusConfig["closed"][number];
export type MaintenanceWindow = StatusConfig["maintenance"][number];

export function parseStatusConfig(content: string, where: string): StatusConfig {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (error) {
    throw new ProblemsError(where, [`it is no JSON (${error instanceof Error ? error.message : String(error)}); run pulumi up to write it anew`]);
  }
  return checked(where, schema, value);
}

export function readStatusConfig(path: string): StatusConfig {
  let content: string;
  try {
    content = readFileSync(path, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw new ProblemsError(path, [`it can't be read (${code}); run pulumi up to write it, or name another with STATUS_CONFIG`]);
  }
  return parseStatusConfig(content, path);
}

/** The name people know a system by; "stack" stands for all of them together. */
export function titleOf(config: StatusConfig, id: string): string {
  return id === "stack" ? "All systems" : (config.systems.find((entry) => entry.id === id)?.title ?? id);
}
