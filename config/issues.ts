import type { z } from "zod";
import { systems, type SystemId } from "../systems";
import { describe, formatPath, isWithin, type Path, type Problem } from "./errors";
import { orList } from "./fields";
import { stackSchema, type RawStack } from "./schema";
import { environmentNameOf, looksLikeSecret } from "./secrets";
import { nearest } from "./suggest";
import { allPaths, docAt, isHidden, keysOf, schemasAt } from "./walk";

type Issue = z.core.$ZodIssue;

export interface Located extends Problem {
  readonly at: Path;
}

/**
 * The well-formed part of the input, and a problem for each part that is not. What is bad is taken
 * out and the rest read again, so that the checks across fields speak in the same error.
 */
export function readStack(input: Record<string, unknown>): { stack: RawStack; problems: Located[] } {
  const problems: Located[] = [];
  for (;;) {
    const result = stackSchema.safeParse(input);
    if (result.success) return { stack: result.data, problems };
    const earlier = problems.map(({ at }) => at);
    const found = result.error.issues.flatMap((issue) => innermost(issue, input)).flatMap(locate);
    for (const { issue, at } of found) {
      // What an earlier round took out is not missing, and one problem of a key is enough.
      if (earlier.some((known) => isWithin(known, at)) || problems.some((known) => formatPath(known.at) === formatPath(at))) continue;
      problems.push(toProblem(issue, at, input));
    }
    const parts = found.map(({ at }) => badPart(input, at)).filter((part) => part.length > 0);
    // Each round takes something out, or there would be no end to it.
    if (parts.length === 0) return { stack: {}, problems };
    for (const part of parts) remove(input, part);
  }
}

function locate(issue: Issue): { issue: Issue; at: Path }[] {
  const path = steps(issue.path);
  return issue.code === "unrecognized_keys" ? issue.keys.map((key) => ({ issue, at: [...path, key] })) : [{ issue, at: path }];
}

const steps = (path: readonly PropertyKey[]): Path => path.map((key) => (typeof key === "number" ? key : String(key)));

/** A union's issue says only "none fits"; what helps is the trouble with the form that was meant. */
function innermost(issue: Issue, input: unknown): Issue[] {
  if (issue.code !== "invalid_union") return [issue];
  const value = valueAt(input, steps(issue.path));
  const meant = issue.errors.filter((errors) => !errors.some((error) => error.path.length === 0 && error.code !== "custom" && error.code !== "unrecognized_keys"));
  const chosen = meant.at(-1);
  if (chosen === undefined || value === undefined) return [issue];
  return chosen.flatMap((error) => innermost({ ...error, path: [...issue.path, ...error.path] }, input));
}

function toProblem(issue: Issue, at: Path, input: unknown): Located {
  const path = formatPath(at);
  if (issue.code === "unrecognized_keys") return { at, path, given: "not a known key", ...unknownKey(at) };
  if (issue.code === "invalid_key") {
    const allowed = docAt(stackSchema, at.slice(0, -1))?.allowed ?? "another name";
    return { at, path, given: "not a possible name", allowed, fix: `use ${allowed}` };
  }
  const doc = docAt(stackSchema, at);
  const allowed = doc?.allowed ?? "a map of keys";
  const value = valueAt(input, at);
  const given = isHidden(stackSchema, at) && value !== undefined && typeof value !== "object" ? "not possible there" : describe(value);
  const system = at[0] === "systems" && typeof at[1] === "string" ? at[1] : "<system>";
  const own: unknown = issue.code === "custom" ? issue.params?.["fix"] : undefined;
  return { at, path, given, allowed, fix: typeof own === "string" ? own : (doc?.fix ?? `use ${allowed}`).replaceAll("{system}", system) };
}

/** What an unknown key may have been meant for. */
export function unknownKey(at: Path): { allowed: string; fix: string } {
  const key = String(at.at(-1));
  const parent = at.slice(0, -1);
  const known = schemasAt(stackSchema, parent).flatMap(keysOf);
  const allowed = known.length === 0 ? "nothing" : orList(known);
  const secret = secretMeant(at);
  if (secret !== undefined) return { allowed, fix: `secrets are stack secrets: remove it here and run \`pulumi config set --secret ${secret}\`` };
  const close = nearest(key, known);
  if (close !== undefined) return { allowed, fix: `did you mean ${formatPath([...parent, close])}?` };
  const elsewhere = sameNameElsewhere(key, parent);
  if (elsewhere.length > 0) return { allowed, fix: `did you mean ${orList(elsewhere)}?` };
  return { allowed, fix: parent.length === 1 && parent[0] === "systems" ? `the systems are ${orList(known).replace(" or ", " and ")}` : `use ${allowed}` };
}

/** `systems.motel.jwtSecret`, or PASSWORD anywhere: a secret in the wrong place. */
function secretMeant(at: Path): string | undefined {
  const key = String(at.at(-1));
  const system = at[0] === "systems" && typeof at[1] === "string" && Object.hasOwn(systems, at[1]) ? (at[1] as SystemId) : undefined;
  if (system !== undefined && at.length > 2) {
    const own = systems[system].secrets.find((secret) => secret.name === key || environmentNameOf(secret.name) === key);
    if (own !== undefined) return `${system}:${own.name}`;
  }
  if (at[0] === "alerts" && at[1] === "channels" && at.length === 4 && (looksLikeSecret(key) || /url$|hook/i.test(key))) return `alerts:${String(at[2])}`;
  if (!looksLikeSecret(key)) return undefined;
  if (at[0] === "edge" && (key === "privateKey" || key === "certificate")) return `edge:${key}`;
  return `${system ?? "<system>"}:${environmentNameOf(key)}`;
}

/** A key that exists, but further down or up: `systems.motel.replicas`. At most two, or it is no help. */
function sameNameElsewhere(key: string, parent: Path): string[] {
  const shared = (path: readonly string[]): number => {
    const end = path.findIndex((name, index) => name !== parent[index]);
    return end < 0 ? path.length : end;
  };
  const same = allPaths(stackSchema).filter(({ path }) => path.at(-1) === key);
  const closest = Math.max(...same.map(({ path }) => shared(path)));
  const near = same.filter(({ path }) => shared(path) === closest);
  const shortest = Math.min(...near.map(({ path }) => path.length));
  const found = near.filter(({ path }) => path.length === shortest).map(({ path }) => formatPath(path));
  return found.length <= 2 ? found : [];
}

function valueAt(input: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, key) => (typeof value === "object" && value !== null && Object.hasOwn(value, key) ? (value as Record<string | number, unknown>)[key] : undefined), input);
}

/** The part to take out; of what is missing, the map that lacks it. A list goes as a whole: its other items would move. */
function badPart(input: Record<string, unknown>, at: Path): Path {
  const end = at.findIndex((key) => typeof key === "number");
  let path = end < 0 ? at : at.slice(0, end);
  while (path.length > 0 && !isPresent(input, path)) path = path.slice(0, -1);
  return path;
}

function isPresent(input: unknown, path: Path): boolean {
  const holder = valueAt(input, path.slice(0, -1));
  return typeof holder === "object" && holder !== null && Object.hasOwn(holder, path.at(-1) ?? "");
}

function remove(input: Record<string, unknown>, path: Path): void {
  const holder = valueAt(input, path.slice(0, -1));
  if (typeof holder === "object" && holder !== null) delete (holder as Record<string | number, unknown>)[path.at(-1) ?? ""];
}
