/** A value as it travels between the engine and a plugin. */
export type Value = null | boolean | number | string | Value[] | Bag;
export interface Bag {
  [key: string]: Value | undefined;
}

/** What the engine sends, and takes, in place of a value that is known only after the update. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const SIGNATURE_KEY = "4dabf18193072939515e22adb298388d";
const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";

export function isBag(value: Value | undefined): value is Bag {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isUnknown(value: Value | undefined): boolean {
  return value === UNKNOWN;
}

export function containsUnknown(value: Value | undefined): boolean {
  if (Array.isArray(value)) return value.some(containsUnknown);
  if (isBag(value)) return Object.values(value).some(containsUnknown);
  return isUnknown(value);
}

export function isSecret(value: Value | undefined): value is Bag {
  return isBag(value) && value[SIGNATURE_KEY] === SECRET_SIGNATURE;
}

/** Marks an output that must be encrypted in the state whatever its inputs were. */
export function secret(value: Value): Bag {
  return { [SIGNATURE_KEY]: SECRET_SIGNATURE, value };
}

/** The plain value: engines differ in whether they unwrap what a plugin gave out as a secret. */
export function unwrapSecrets(value: Value | undefined): Value {
  if (value === undefined) return null;
  if (isSecret(value)) return unwrapSecrets(value.value);
  if (Array.isArray(value)) return value.map(unwrapSecrets);
  if (isBag(value)) return unwrapBag(value);
  return value;
}

export function unwrapBag(bag: Bag): Bag {
  return Object.fromEntries(Object.entries(bag).map(([key, value]) => [key, unwrapSecrets(value)]));
}

export function sameValue(a: Value | undefined, b: Value | undefined): boolean {
  return stableText(a) === stableText(b);
}

/** JSON with sorted keys, so that equal values have equal text. */
export function stableText(value: Value | undefined): string {
  if (Array.isArray(value)) return `[${value.map(stableText).join(",")}]`;
  if (isBag(value)) {
    const entries = Object.entries(value).filter(([, entry]) => entry !== undefined && entry !== null);
    return `{${entries
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, entry]) => `${JSON.stringify(key)}:${stableText(entry)}`)
      .join(",")}}`;
  }
  return JSON.stringify(value ?? null);
}

export function text(value: Value | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** For messages and for what has been checked to be plain. */
export function word(value: Value | undefined): string {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}

export function number(value: Value | undefined): number | undefined {
  return typeof value === "number" ? value : undefined;
}

export function list(value: Value | undefined): Value[] {
  return Array.isArray(value) ? value : [];
}

export function bags(value: Value | undefined): Bag[] {
  return list(value).filter(isBag);
}

export function strings(value: Value | undefined): string[] {
  return list(value).filter((item): item is string => typeof item === "string");
}

/** A map of strings, or nothing when it is empty. */
export function stringMap(value: Value | undefined): Record<string, string> | undefined {
  if (!isBag(value)) return undefined;
  const entries = Object.entries(value).filter(([key, item]) => !key.startsWith("__") && item !== null);
  return entries.length === 0 ? undefined : Object.fromEntries(entries.map(([key, item]) => [key, word(item)]));
}
