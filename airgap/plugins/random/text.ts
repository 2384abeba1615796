import { boolean, integer, map, string, type Properties, type ResourceSpec } from "../bridge/spec";
import type { CheckFailure, ResourceKind } from "../rpc/plugin";
import { number, text, type Bag } from "../rpc/values";
import { randomText, type CharacterRules } from "./characters";
import { anyUnknown, randomKind } from "./kind";

const file = "airgap/plugins/random/text.ts";
const BCRYPT_COST = 10;

const properties: Properties = {
  length: integer({ required: true, minimum: 1, replaces: true }),
  upper: boolean({ default: true, replaces: true }),
  lower: boolean({ default: true, replaces: true }),
  numeric: boolean({ default: true, replaces: true }),
  number: boolean({ default: true, replaces: true }),
  special: boolean({ default: true, replaces: true }),
  minUpper: integer({ default: 0, minimum: 0, replaces: true }),
  minLower: integer({ default: 0, minimum: 0, replaces: true }),
  minNumeric: integer({ default: 0, minimum: 0, replaces: true }),
  minSpecial: integer({ default: 0, minimum: 0, replaces: true }),
  overrideSpecial: string({ replaces: true }),
  keepers: map({ replaces: true }),
  result: string({ output: true }),
};

const stringSpec: ResourceSpec = { file, schemaVersion: 2, properties };
const passwordSpec: ResourceSpec = { file, schemaVersion: 3, properties: { ...properties, bcryptHash: string({ output: true }) } };

export function stringKind(): ResourceKind {
  return randomKind({
    spec: stringSpec,
    secrets: [],
    rules,
    make(inputs) {
      const result = randomText(charactersOf(inputs));
      return Promise.resolve({ id: result, drawn: { result } });
    },
  });
}

export function passwordKind(): ResourceKind {
  return randomKind({
    spec: passwordSpec,
    secrets: ["result", "bcryptHash"],
    rules,
    async make(inputs) {
      const { hash } = await import("bcryptjs");
      const result = randomText(charactersOf(inputs));
      return { id: "none", drawn: { result, bcryptHash: await hash(result, BCRYPT_COST) } };
    },
  });
}

function charactersOf(inputs: Bag): CharacterRules {
  const least = (key: string): number => number(inputs[key]) ?? 0;
  return {
    length: least("length"),
    upper: inputs.upper === true,
    lower: inputs.lower === true,
    numeric: inputs.numeric === true,
    special: inputs.special === true,
    minUpper: least("minUpper"),
    minLower: least("minLower"),
    minNumeric: least("minNumeric"),
    minSpecial: least("minSpecial"),
    overrideSpecial: text(inputs.overrideSpecial),
  };
}

function rules(inputs: Bag): CheckFailure[] {
  if (anyUnknown(inputs)) return [];
  const { length, minUpper, minLower, minNumeric, minSpecial, upper, lower, numeric, special } = charactersOf(inputs);
  const least = minUpper + minLower + minNumeric + minSpecial;
  if (length < least) return [{ property: "length", reason: `length is ${length} but the least numbers of characters add up to ${least}` }];
  if (!upper && !lower && !numeric && !special) return [{ property: "upper", reason: "one of upper, lower, numeric and special must be true" }];
  return [];
}
