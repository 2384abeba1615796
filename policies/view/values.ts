import { later, type Later } from "../rule";

/** Reading what nobody has checked: each answers undefined for what is not there, and `later` for what is not known yet. */

export type Known<T> = T | undefined | Later;

export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What lies at `spec.template.spec`, or `later` as soon as one step is. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let here = value;
  for (const step of path) {
    if (here === later) return later;
    here = Array.isArray(here) ? (here as readonly unknown[])[Number(step)] : isMap(here) ? here[step] : undefined;
  }
  return here;
}

export function textAt(value: unknown, ...path: readonly (string | number)[]): Known<string> {
  const found = at(value, ...path);
  return found === later || typeof found === "string" ? found : typeof found === "number" ? String(found) : undefined;
}

/** Empty as well when the list is known only later. */
export function listAt(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? (found as readonly unknown[]) : [];
}

export function mapsAt(value: unknown, ...path: readonly (string | number)[]): readonly Readonly<Record<string, unknown>>[] {
  return listAt(value, ...path).filter(isMap);
}

export function textsAt(value: unknown, ...path: readonly (string | number)[]): readonly string[] {
  return listAt(value, ...path).filter((one): one is string => typeof one === "string");
}

/** The entries of a map whose values are texts, later or not. */
export function pairsAt(value: unknown, ...path: readonly (string | number)[]): readonly (readonly [string, string])[] {
  const found = at(value, ...path);
  return isMap(found) ? Object.entries(found).filter((entry): entry is [string, string] => typeof entry[1] === "string") : [];
}

/** A JSON document; undefined: none, or not known yet. */
export function parsed(text: unknown): unknown {
  if (typeof text !== "string") return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** As a message shows it. */
export function shown(value: unknown): string {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : "not set";
}
