import type { ChangeKind, DiffResult } from "../rpc/plugin";
import { containsUnknown, isBag, stableText, strings, UNKNOWN, type Bag, type Value } from "../rpc/values";
import { withoutNotes } from "./check";
import type { Properties, PropertySpec, ResourceSpec } from "./spec";

/**
 * What differs between the state (what was read back from the world) and the new inputs. As under
 * the official bridge, an empty value equals an absent one, sets have no order, and what Docker
 * fills in by itself only differs when it is given.
 */
export function difference(spec: ResourceSpec, state: Bag, news: Bag): DiffResult {
  const changes: Record<string, ChangeKind> = {};
  for (const [key, property] of Object.entries(spec.properties)) {
    const kind = change(property, state[key], news[key]);
    if (kind !== undefined) changes[key] = property.replaces === true ? `${kind}Replace` : kind;
  }
  return { changes, deleteBeforeReplace: spec.deleteBeforeReplace === true || (spec.autoName === true && fixedName(state, news)) };
}

/** A name given by hand can't be taken by the new resource while the old one has it. */
function fixedName(state: Bag, news: Bag): boolean {
  return !strings(news.__defaults).includes("name") && state.name === news.name;
}

function change(spec: PropertySpec, old: Value | undefined, given: Value | undefined): "add" | "delete" | "update" | undefined {
  if (spec.output === true) return undefined;
  const absent = given === undefined || given === null;
  if (absent && spec.computed === true) return undefined;
  if (!absent && containsUnknown(given)) return "update";
  const before = canonical(spec, old, undefined);
  const after = canonical(spec, given, old);
  if (stableText(before) === stableText(after)) return undefined;
  if (before === null) return "add";
  return after === null ? "delete" : "update";
}

/** A form in which equal meanings have equal text; null for what is empty. `old` fills computed parts in. */
function canonical(spec: PropertySpec, value: Value | undefined, old: Value | undefined): Value {
  if (value === undefined || value === null || value === "" || value === false || value === 0) return null;
  if (spec.type === "list" || spec.type === "set") {
    if (!Array.isArray(value)) return value;
    const olds = Array.isArray(old) ? old : [];
    const items = value.map((item, index) =>
      spec.fields === undefined || !isBag(item) ? item : canonicalObject(spec.fields, item, olds[index]),
    );
    if (items.length === 0) return null;
    return spec.type === "set" ? items.sort((a, b) => (stableText(a) < stableText(b) ? -1 : 1)) : items;
  }
  if (spec.type === "object" && isBag(value)) return canonicalObject(spec.fields ?? {}, value, old);
  if (spec.type === "map" && isBag(value)) {
    const plain = withoutNotes(value);
    return Object.keys(plain).length === 0 ? null : plain;
  }
  return value;
}

function canonicalObject(fields: Properties, value: Bag, old: Value | undefined): Bag {
  const olds = isBag(old) ? old : {};
  return Object.fromEntries(
    Object.entries(fields).map(([key, field]) => {
      const own = value[key] ?? (field.computed === true ? olds[key] : field.default);
      return [key, canonical(field, own, olds[key])];
    }),
  );
}

/** What a preview shows: the inputs, with what only the update can tell marked as unknown. */
export function previewOutputs(spec: ResourceSpec, news: Bag, oldOutputs: Bag | undefined): Bag {
  const outputs = { ...oldOutputs, ...withoutNotes(news) };
  for (const [key, property] of Object.entries(spec.properties)) {
    const settledLater = property.computed === true || property.output === true;
    if (outputs[key] === undefined && settledLater) outputs[key] = oldOutputs === undefined ? UNKNOWN : null;
  }
  return outputs;
}
