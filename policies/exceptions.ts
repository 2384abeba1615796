import { later } from "./rule";
import { isMap, parsed } from "./view/values";

/** `stackbook:policies` of a stack file: what this stack does otherwise, and why. */
export interface PolicySettings {
  /** Level by rule, in place of the stack's own. */
  readonly levels: Readonly<Record<string, "mandatory" | "advisory" | "disabled">>;
  readonly exceptions: readonly Exception[];
}

/** A rule that one resource need not keep, for a while. */
export interface Exception {
  readonly rule: string;
  /** Name of a resource; with `*` at its end all that begin so. `stack`: what is found in the stack as a whole. */
  readonly resource: string;
  readonly reason: string;
  /** Its last day, `2026-12-31`, UTC. */
  readonly until: string;
}

/** Undefined reads as none: a stack file was checked by the program before (config/policies-schema.ts). */
export function readSettings(text: string | undefined): PolicySettings {
  const given = parsed(text);
  const levels = isMap(given) && isMap(given["levels"]) ? given["levels"] : {};
  const exceptions = isMap(given) && Array.isArray(given["exceptions"]) ? (given["exceptions"] as readonly unknown[]) : [];
  return {
    levels: Object.fromEntries(Object.entries(levels).filter((entry): entry is [string, PolicySettings["levels"][string]] => entry[1] === "mandatory" || entry[1] === "advisory" || entry[1] === "disabled")),
    exceptions: exceptions.filter(isMap).map((one) => ({ rule: word(one["rule"]), resource: word(one["resource"]), reason: word(one["reason"]), until: word(one["until"]).slice(0, 10) })),
  };
}

const word = (value: unknown): string => (typeof value === "string" ? value : value === later || value === undefined ? "" : JSON.stringify(value));

export const isOver = ({ until }: Exception, now: Date): boolean => !/^\d{4}-\d{2}-\d{2}$/.test(until) || now.toISOString().slice(0, 10) > until;

export function covers(exception: Exception, rule: string, resource: string | undefined): boolean {
  if (exception.rule !== rule || exception.reason.trim() === "") return false;
  const name = resource ?? "stack";
  return exception.resource.endsWith("*") ? name.startsWith(exception.resource.slice(0, -1)) : name === exception.resource;
}
