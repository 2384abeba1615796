import { z } from "zod";
import { documented, flag, text } from "./fields";
import type { HaltedConfig } from "./types";

/** `systems.<id>.halted`: stopped in an emergency. */

/** YAML takes a time without quotes for a time, and the Pulumi CLI hands it on as Go prints one. */
function fromGo(value: unknown): unknown {
  return typeof value === "string" ? value.replace(/^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?) \+0000 UTC$/, "$1T$2Z") : value;
}

/** ISO 8601 in UTC, as commands write it. */
function isMoment(value: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/.test(value) && !Number.isNaN(Date.parse(value));
}

const isLine = (most: number) => (value: string): boolean => value.trim() !== "" && value.length <= most && !/\p{Cc}/u.test(value);

export const haltedSchema = documented(
  z.strictObject({
    at: documented(z.preprocess(fromGo, text(isMoment, { about: "", allowed: "a time in UTC", example: "" })), {
      type: "text",
      about: "Since when",
      allowed: "a time in UTC, '2026-11-21T08:00:00Z'",
      example: "'2026-11-21T08:00:00Z'",
    }),
    by: text(isLine(200), { about: "Who stopped it", allowed: "text of at most 200 characters", example: "ops@example.org" }),
    why: text(isLine(500), { about: "What for; operators read it, visitors don't", allowed: "text of at most 500 characters", example: "suspected breach", default: "none given" }).optional(),
    isolated: flag({ about: "True: it isn't stopped but cut off from every network, and its processes stay for evidence", example: "true", default: "false" }).optional(),
  }),
  {
    type: "map",
    allowed: "{ at: <time>, by: <who>, why: <text>, isolated: true or false }",
    about: "Stopped in an emergency: an update starts nothing of the system, changes none of its containers and waits for none; the edge answers 503. `npx stackbook emergency-stop` writes it, `npx stackbook resume` takes it out",
    example: "{ at: '2026-11-21T08:00:00Z', by: ops@example.org, why: suspected breach }",
    default: "the system runs",
  },
);

export function resolveHalted({ at, by, isolated = false, why }: z.output<typeof haltedSchema>): HaltedConfig {
  return { at, by, ...(why === undefined ? {} : { why }), isolated };
}
