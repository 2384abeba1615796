import type { Resource } from "../../../policies/rule";
import { everyRule, rules, stackRules } from "../../../policies/rules";

/** One rule: what it lets pass, and for each thing that it forbids one change with its message. */
export interface Case {
  readonly rule: string;
  readonly good: readonly (readonly Resource[])[];
  readonly bad: readonly Bad[];
}

export type Bad = readonly [behaviour: string, resources: readonly Resource[], message: RegExp];

export const of = (type: string, props: Resource["props"], name = "it", protect?: boolean): Resource => ({ type, name, props, ...(protect === undefined ? {} : { protect }) });

/** Every problem that one rule finds. */
export function found(name: string, resources: readonly Resource[], tags: Readonly<Record<string, string>> = {}): string[] {
  if (!everyRule.some((rule) => rule.name === name)) throw new Error(`${name} is no rule`);
  return [
    ...rules.filter((rule) => rule.name === name).flatMap((rule) => resources.flatMap((resource) => rule.check(resource))),
    ...stackRules.filter((rule) => rule.name === name).flatMap((rule) => rule.checkStack(resources, { tags }).map(({ problem }) => problem)),
  ];
}

/** The rules that anything of it breaks, each once. */
export const broken = (...resources: Resource[]): string[] =>
  everyRule.filter(({ name }) => found(name, resources).length > 0).map(({ name }) => name);
