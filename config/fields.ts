import { z } from "zod";

/** What a person needs to know about a key: the reference and the error messages are made from it. */
export interface FieldDoc {
  readonly type: string;
  /** Reads on after "use": `1-50`, `true or false`. */
  readonly allowed: string;
  readonly about: string;
  readonly example: string;
  /** As shown in the reference; absent: none. */
  readonly default?: string;
  /** Instead of "use <allowed>"; `{system}` stands for the system's id. */
  readonly fix?: string;
  /** Values here are never shown: they may hold what they should not. */
  readonly hidden?: boolean;
}

type FieldText = Pick<FieldDoc, "about" | "example"> & Partial<FieldDoc>;

export const fieldDocs = z.registry<FieldDoc>();

export function documented<T extends z.ZodType>(schema: T, doc: FieldDoc): T {
  fieldDocs.add(schema, doc);
  return schema;
}

/** `pulumi config set` writes text, so "2" is taken where a number belongs. */
function numberFromText(value: unknown): unknown {
  return typeof value === "string" && /^-?\d{1,15}(\.\d{1,15})?$/.test(value.trim()) ? Number(value) : value;
}

export function wholeNumber(min: number, max: number, doc: FieldText) {
  return documented(z.preprocess(numberFromText, z.number().int().min(min).max(max)), {
    type: "whole number",
    allowed: `${min}-${max}`,
    ...doc,
  });
}

/** One of a few numbers. */
export function numberOf<const T extends readonly number[]>(values: T, doc: FieldText) {
  return documented(z.preprocess(numberFromText, z.literal(values)), { type: "number", allowed: orList(values.map(String)), ...doc });
}

export function decimal(min: number, max: number, doc: FieldText) {
  return documented(z.preprocess(numberFromText, z.number().min(min).max(max)), { type: "number", allowed: `${min}-${max}`, ...doc });
}

export function flag(doc: FieldText) {
  const fromText = (value: unknown): unknown => (value === "true" ? true : value === "false" ? false : value);
  return documented(z.preprocess(fromText, z.boolean()), { type: "true or false", allowed: "true or false", ...doc });
}

export function choice<const T extends readonly [string, ...string[]]>(values: T, doc: FieldText) {
  return documented(z.enum(values), { type: "text", allowed: orList(values), ...doc });
}

/** Characters: an environment variable may hold a chain of public certificates. */
export const longText = 32_768;

/** @param valid tells whether the text is taken; an answer that is text itself is the fix to show. */
export function text(valid: (value: string) => boolean | string, doc: FieldText & Pick<FieldDoc, "allowed">) {
  const schema = z.string().superRefine((value, context) => {
    const answer = value.length > longText ? false : valid(value);
    if (answer !== true) context.addIssue({ code: "custom", message: "not allowed", params: answer === false ? {} : { fix: answer } });
  });
  return documented(schema, { type: "text", ...doc });
}

/**
 * Text that YAML may have read as a number or as true or false. A fraction is refused: `1.10` has
 * become 1.1 by the time it gets here.
 */
export function looseText(valid: (value: string) => boolean | string, doc: FieldText & Pick<FieldDoc, "allowed">) {
  const asText = (value: unknown): unknown =>
    typeof value === "boolean" || (typeof value === "number" && Number.isSafeInteger(value)) ? String(value) : value;
  return documented(z.preprocess(asText, text(valid, doc)), { type: "text", ...doc });
}

export function orList(values: readonly string[]): string {
  return values.length < 2 ? values.join("") : `${values.slice(0, -1).join(", ")} or ${values.at(-1) ?? ""}`;
}
