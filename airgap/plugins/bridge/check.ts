import { createHash, randomBytes } from "node:crypto";
import type { CheckFailure, CheckResult, Target } from "../rpc/plugin";
import { isBag, isUnknown, strings, type Bag, type Value } from "../rpc/values";
import type { Properties, PropertySpec, ResourceSpec } from "./spec";

/** Which keys of an object the plugin filled in: the official bridge keeps the same note in the state. */
const DEFAULTS = "__defaults";

/** Validates the inputs against the table, fills in defaults and the generated name. */
export function checkInputs(spec: ResourceSpec, target: Target, olds: Bag, news: Bag, seed: Uint8Array): CheckResult {
  const failures: CheckFailure[] = [];
  const inputs = checkObject(spec.properties, news, "", spec.file, failures);
  if (spec.autoName === true && inputs.name === undefined) {
    inputs.name = keptName(olds) ?? `${target.name}-${suffix(seed)}`;
    inputs[DEFAULTS] = [...strings(inputs[DEFAULTS]), "name"].sort();
  }
  return { inputs, failures };
}

/** A generated name stays until the resource is replaced (the engine then asks without old inputs). */
function keptName(olds: Bag): Value | undefined {
  const wasGenerated = olds[DEFAULTS] === undefined || strings(olds[DEFAULTS]).includes("name");
  return wasGenerated && typeof olds.name === "string" ? olds.name : undefined;
}

/** Seven hexadecimal digits, from the engine's seed so that a plan and its update agree. */
function suffix(seed: Uint8Array): string {
  const digest = seed.length > 0 ? createHash("sha256").update(seed).digest("hex") : randomBytes(4).toString("hex");
  return digest.slice(0, 7);
}

function checkObject(properties: Properties, given: Bag, path: string, file: string, failures: CheckFailure[]): Bag {
  const result: Bag = {};
  const at = (key: string): string => (path === "" ? key : `${path}.${key}`);

  for (const [key, value] of Object.entries(given)) {
    if (key.startsWith("__") || value === undefined || value === null) continue;
    const property = properties[key];
    if (property === undefined || property.output === true) {
      failures.push({ property: at(key), reason: `${at(key)} is not implemented by the stand-in plugin: remove it, use the official plugin, or add it in ${file}` });
    } else if (property.refused !== undefined) {
      failures.push({ property: at(key), reason: `${at(key)} ${property.refused}` });
    } else {
      result[key] = checkValue(property, value, at(key), file, failures);
    }
  }

  const defaults: string[] = [];
  for (const [key, property] of Object.entries(properties)) {
    if (result[key] !== undefined) continue;
    if (property.default !== undefined) {
      result[key] = property.default;
      defaults.push(key);
    } else if (property.required === true && (given[key] === undefined || given[key] === null)) {
      failures.push({ property: at(key), reason: `${at(key)} is required` });
    }
  }
  result[DEFAULTS] = defaults.sort();
  return result;
}

function checkValue(spec: PropertySpec, value: Value, path: string, file: string, failures: CheckFailure[]): Value {
  if (isUnknown(value)) return value;
  // A value may be a secret, and failures are shown: they name the property and the rule only.
  const fail = (rule: string): Value => {
    failures.push({ property: path, reason: `${path} ${rule}` });
    return value;
  };
  switch (spec.type) {
    case "string":
      if (typeof value !== "string") return fail("must be a string");
      return spec.pattern === undefined || spec.pattern.test(value) ? value : fail(`must match ${spec.pattern.source}`);
    case "boolean":
      return typeof value === "boolean" ? value : fail("must be true or false");
    case "integer":
      if (typeof value !== "number" || !Number.isInteger(value)) return fail("must be a whole number");
      if (spec.minimum !== undefined && value < spec.minimum) return fail(`must be at least ${spec.minimum}`);
      return spec.maximum !== undefined && value > spec.maximum ? fail(`must be at most ${spec.maximum}`) : value;
    case "map":
      if (!isBag(value)) return fail("must be a map of strings");
      return Object.values(value).every((item) => typeof item === "string") ? value : fail("must be a map of strings");
    case "object":
      return isBag(value) ? checkObject(spec.fields ?? {}, value, path, file, failures) : fail("must be an object");
    case "list":
    case "set":
      if (!Array.isArray(value)) return fail("must be a list");
      return value.map((item, index) => checkItem(spec, item, `${path}[${index}]`, file, failures));
  }
}

function checkItem(spec: PropertySpec, item: Value, path: string, file: string, failures: CheckFailure[]): Value {
  return checkValue(spec.fields === undefined ? { type: "string" } : { type: "object", fields: spec.fields }, item, path, file, failures);
}

/** Inputs as outputs hold them: without the notes about defaults. */
export function withoutNotes(bag: Bag): Bag {
  const strip = (value: Value): Value => {
    if (Array.isArray(value)) return value.map(strip);
    return isBag(value) ? withoutNotes(value) : value;
  };
  return Object.fromEntries(
    Object.entries(bag).flatMap(([key, value]) => (key.startsWith("__") || value === undefined ? [] : [[key, strip(value)]])),
  );
}
