import type { Resource } from "../../policies/rule";
import { judge, type Violation } from "../../policies/judge";

const kindKey = "4dabf18193072939515e22adb298388d";

/** What a program asked for on mocks, as a policy gets it: secrets arrive unwrapped. */
export function asResource({ inputs, name, type }: { readonly type: string; readonly name: string; readonly inputs: Readonly<Record<string, unknown>> }): Resource {
  // A map stays a map.
  return { type, name, props: unwrapped(inputs) as Resource["props"] };
}

function unwrapped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unwrapped);
  if (typeof value !== "object" || value === null) return value;
  if (kindKey in value && "value" in value) return unwrapped(value.value);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, unwrapped(inner)]));
}

/** What the whole pack finds, at the levels of an environment. */
export function violationsOf(resources: readonly Resource[], environment = "prod", tags: Readonly<Record<string, string>> = {}): readonly Violation[] {
  return judge(resources, { tags }, { environment, settings: { levels: {}, exceptions: [] }, now: new Date("2026-11-21T12:00:00Z") }).violations;
}

/** `limits: motel-backend-a-0: memory is not limited; ...` */
export const textOf = ({ problem, resource, rule }: Violation): string => `${rule}: ${resource === undefined ? "" : `${resource}: `}${problem}`;
