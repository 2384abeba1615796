import { type z } from "zod";
import type { Path } from "./errors";
import { fieldDocs, type FieldDoc } from "./fields";

/** Finding one's way in the schema: which document belongs to a path, which keys exist where. */

type Schema = z.core.$ZodType;

/** What of zod's definitions matters here. */
interface Definition {
  readonly type: string;
  readonly innerType?: Schema;
  readonly out?: Schema;
  readonly options?: readonly Schema[];
  readonly element?: Schema;
  readonly valueType?: Schema;
  readonly shape?: Readonly<Record<string, Schema>>;
}

const definition = (schema: Schema): Definition => schema._zod.def;

/** The schema beneath optional, default and preprocessing. */
export function unwrap(schema: Schema): Schema {
  const { type, innerType, out } = definition(schema);
  if (innerType !== undefined && (type === "optional" || type === "default" || type === "nullable")) return unwrap(innerType);
  return type === "pipe" && out !== undefined ? unwrap(out) : schema;
}

export function docOf(schema: Schema): FieldDoc | undefined {
  const own = fieldDocs.get(schema);
  const { type, innerType, out } = definition(schema);
  if (own !== undefined) return own;
  if (type === "pipe" && out !== undefined) return docOf(out);
  return innerType === undefined ? undefined : docOf(innerType);
}

/** The keys that an object takes, in the order of the schema; a union takes those of all its forms. */
export function keysOf(schema: Schema): string[] {
  const { shape, options } = definition(unwrap(schema));
  if (shape !== undefined) return Object.keys(shape);
  return [...new Set((options ?? []).flatMap(keysOf))];
}

/** Stands for the names that a stack file gives itself, as of its channels. */
export const anyName = "NAME";

/** The keys beneath, with `anyName` where maps lie under names of one's own. */
export function stepsOf(schema: Schema): string[] {
  const { valueType } = definition(unwrap(schema));
  return valueType !== undefined && keysOf(valueType).length > 0 ? [anyName] : keysOf(schema);
}

/** The schemas that may stand one step further down; more than one only in a union. */
export function step(schema: Schema, key: string | number): Schema[] {
  const { shape, options, element, valueType } = definition(unwrap(schema));
  if (options !== undefined) return options.flatMap((option) => step(option, key));
  if (shape !== undefined) {
    const found = Object.hasOwn(shape, key) ? shape[key] : undefined;
    return found === undefined ? [] : [found];
  }
  const inner = element ?? valueType;
  return inner === undefined ? [] : [inner];
}

export function schemasAt(root: Schema, path: Path): Schema[] {
  return path.reduce<Schema[]>((schemas, key) => schemas.flatMap((schema) => step(schema, key)), [root]);
}

/** The document of a path, or of the nearest key above it that has one. */
export function docAt(root: Schema, path: Path): FieldDoc | undefined {
  for (let length = path.length; length >= 0; length--) {
    for (const schema of schemasAt(root, path.slice(0, length))) {
      const doc = docOf(schema);
      if (doc !== undefined) return doc;
    }
  }
  return undefined;
}

/** True where any key on the way is marked as hidden. */
export function isHidden(root: Schema, path: Path): boolean {
  return path.some((_, index) => schemasAt(root, path.slice(0, index + 1)).some((schema) => docOf(schema)?.hidden === true));
}

/** True for maps and lists, which arrive as JSON. */
export function isStructured(schema: Schema): boolean {
  const { type, options } = definition(unwrap(schema));
  return type === "object" || type === "record" || type === "array" || (options ?? []).some(isStructured);
}

/** Every key of the schema, as the steps that lead to it. */
export function allPaths(schema: Schema, path: readonly string[] = []): { path: readonly string[]; schema: Schema }[] {
  return stepsOf(schema).flatMap((key) => {
    const next = [...path, key];
    return step(schema, key).flatMap((inner, index) => [...(index === 0 ? [{ path: next, schema: inner }] : []), ...allPaths(inner, next)]);
  });
}
