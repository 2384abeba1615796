import { checkInputs, withoutNotes } from "../bridge/check";
import { difference, previewOutputs } from "../bridge/difference";
import { meta, type ResourceSpec } from "../bridge/spec";
import type { CheckFailure, ResourceKind } from "../rpc/plugin";
import { isUnknown, secret, type Bag } from "../rpc/values";

export interface RandomKind {
  readonly spec: ResourceSpec;
  /** Outputs that are encrypted in the state. */
  readonly secrets: readonly string[];
  readonly rules?: (inputs: Bag) => readonly CheckFailure[];
  /** Draws the value, once: nothing else here calls it. */
  readonly make: (inputs: Bag) => Promise<{ readonly id: string; readonly drawn: Bag }>;
}

/** A value that is drawn when it is created and then only kept: every input replaces, nothing updates it. */
export function randomKind({ spec, secrets, rules, make }: RandomKind): ResourceKind {
  const kept = (outputs: Bag): Bag =>
    Object.fromEntries(Object.entries(outputs).map(([key, value]) => [key, secrets.includes(key) && typeof value === "string" ? secret(value) : value]));

  return {
    check(target, _olds, news, seed) {
      const { inputs, failures } = checkInputs(withoutDefaults(spec), target, {}, news, seed);
      // The official plugin keeps no note of defaults among these inputs.
      const given = withoutNotes(inputs);
      return { inputs: given, failures: failures.length > 0 ? failures : [...failures, ...(rules?.(withDefaults(spec, given)) ?? [])] };
    },
    diff: (_target, _id, _inputs, outputs, news) => difference(spec, outputs, withDefaults(spec, news)),
    preview: (news, olds) => kept(previewOutputs(spec, withDefaults(spec, news), olds)),
    async create(_target, news) {
      const inputs = withDefaults(spec, news);
      const { id, drawn } = await make(inputs);
      return { id, outputs: kept({ ...inputs, ...drawn, ...meta(spec) }) };
    },
    update: (_target, _id, olds, news) => Promise.resolve(kept({ ...olds, ...withDefaults(spec, news) })),
    read(target, _id, inputs, outputs) {
      if (Object.keys(outputs).length === 0) throw new Error(`${target.type} can't be imported by the stand-in plugin: use the official plugin, or add it in ${spec.file}`);
      return Promise.resolve({ inputs, outputs: kept(outputs) });
    },
    delete: () => Promise.resolve(),
  };
}

function withDefaults(spec: ResourceSpec, news: Bag): Bag {
  const defaults = Object.entries(spec.properties).flatMap(([key, { default: value }]) => (value === undefined ? [] : [[key, value] as const]));
  const inputs: Bag = { ...Object.fromEntries(defaults), ...withoutNotes(news) };
  // Two names of one setting: the older is deprecated.
  if (spec.properties.numeric !== undefined) {
    const numeric = news.numeric ?? news.number ?? true;
    return { ...inputs, numeric, number: numeric };
  }
  return inputs;
}

function withoutDefaults(spec: ResourceSpec): ResourceSpec {
  const properties = Object.entries(spec.properties).map(([key, { default: _default, ...property }]) => [key, property] as const);
  return { ...spec, properties: Object.fromEntries(properties) };
}

/** Rules that can be checked need known numbers. */
export function anyUnknown(inputs: Bag): boolean {
  return Object.values(inputs).some(isUnknown);
}
