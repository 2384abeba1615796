import type { Value } from "../rpc/values";

/**
 * The official docker and random plugins are bridged from Terraform providers, so what makes a
 * property replace, default or settle is declared there. These tables say the same for the
 * properties the stand-ins implement; check, difference and preview are calculated from them.
 */
export interface PropertySpec {
  readonly type: "string" | "integer" | "boolean" | "list" | "set" | "map" | "object";
  /** Elements of a list or set that are plain values; `fields` when they are objects. */
  readonly items?: "string";
  readonly fields?: Properties;
  readonly required?: true;
  readonly default?: Value;
  /** Filled in by Docker when it is not given; absence is then no difference. */
  readonly computed?: true;
  /** Never an input. */
  readonly output?: true;
  readonly replaces?: true;
  readonly pattern?: RegExp;
  readonly minimum?: number;
  readonly maximum?: number;
  /** Reported as a failure when the property is given: why it is not implemented, or what is wrong. */
  readonly refused?: string;
}

export type Properties = Readonly<Record<string, PropertySpec>>;

export interface ResourceSpec {
  readonly properties: Properties;
  /** The file to extend, named when an input is not implemented. */
  readonly file: string;
  /** `name` is made of the logical name and seven random digits when it is not given. */
  readonly autoName?: true;
  readonly deleteBeforeReplace?: true;
  /** The schema version the official plugin writes into the state; it upgrades older ones. */
  readonly schemaVersion?: number;
}

const of = (type: PropertySpec["type"], more: Partial<PropertySpec> = {}): PropertySpec => ({ type, ...more });

export const string = (more?: Partial<PropertySpec>): PropertySpec => of("string", more);
export const integer = (more?: Partial<PropertySpec>): PropertySpec => of("integer", more);
export const boolean = (more?: Partial<PropertySpec>): PropertySpec => of("boolean", more);
export const map = (more?: Partial<PropertySpec>): PropertySpec => of("map", more);
export const stringList = (more?: Partial<PropertySpec>): PropertySpec => of("list", { items: "string", ...more });
export const stringSet = (more?: Partial<PropertySpec>): PropertySpec => of("set", { items: "string", ...more });
export const listOf = (fields: Properties, more?: Partial<PropertySpec>): PropertySpec => of("list", { fields, ...more });
export const setOf = (fields: Properties, more?: Partial<PropertySpec>): PropertySpec => of("set", { fields, ...more });
export const object = (fields: Properties, more?: Partial<PropertySpec>): PropertySpec => of("object", { fields, ...more });

/** `__meta` of an output bag. Version 0 writes none. */
export function meta(spec: ResourceSpec): { __meta?: string } {
  return spec.schemaVersion === undefined ? {} : { __meta: JSON.stringify({ schema_version: String(spec.schemaVersion) }) };
}
