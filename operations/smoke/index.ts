import type { SmokeFlow } from "../../systems";
import { visit as visitWeb, type Site, type Visit, type WebResponse } from "../visitor";
import { disappointments, parse, usualWithinMs, valueAt } from "./expectations";

export interface SmokeResult {
  readonly flow: string;
  readonly outcome: "passed" | "failed" | "skipped";
  /** Why it failed or was skipped. */
  readonly why?: string;
  readonly milliseconds?: number;
}

export interface SmokeSetting {
  readonly site: Site;
  /** Absent: flows that need one are skipped. */
  readonly login?: { readonly email: string; readonly password: string };
  /** Sent with every request: which slot, or a pass through maintenance. */
  readonly cookies?: Readonly<Record<string, string>>;
  /** @default real requests */
  readonly visit?: Visit;
  /** Between the two tries of a flow. @default 1 s */
  readonly pause?: () => Promise<void>;
}

/**
 * Tries each flow in order, through the edge, as a visitor. One that fails is tried once more: what is wrong with a
 * version is wrong twice.
 */
export async function runSmoke(flows: readonly SmokeFlow[], setting: SmokeSetting): Promise<readonly SmokeResult[]> {
  const values = new Map<string, string>(setting.login === undefined ? [] : [["login.email", setting.login.email], ["login.password", setting.login.password]]);
  const results: SmokeResult[] = [];
  for (const flow of flows) results.push(await run(flow, setting, values));
  return results;
}

export const failed = (results: readonly SmokeResult[]): readonly SmokeResult[] => results.filter(({ outcome }) => outcome === "failed");

/** One line each, for people. */
export function describeSmoke(results: readonly SmokeResult[]): string[] {
  const words = { passed: "ok", failed: "FAILED", skipped: "skipped" } as const;
  return results.map(({ flow, milliseconds, outcome, why }) => `  ${words[outcome].padEnd(7)}  ${flow}${milliseconds === undefined ? "" : ` (${milliseconds} ms)`}${why === undefined ? "" : `: ${why}`}`);
}

async function run(flow: SmokeFlow, setting: SmokeSetting, values: Map<string, string>): Promise<SmokeResult> {
  const missing = placeholdersOf(flow).filter((name) => !values.has(name));
  if (missing.length > 0) {
    const why = missing.some((name) => name.startsWith("login.")) ? "there is no login for it: stack secret smokeLogin" : `it needs ${missing.map((name) => `{${name}}`).join(", ")}, which no flow before it saved`;
    return { flow: flow.name, outcome: "skipped", why };
  }
  const first = await attempt(flow, setting, values);
  if (first.outcome === "passed") return first;
  await (setting.pause ?? oneSecond)();
  return attempt(flow, setting, values);
}

async function attempt(flow: SmokeFlow, { cookies = {}, site, visit = visitWeb }: SmokeSetting, values: Map<string, string>): Promise<SmokeResult> {
  const { body, expect = {}, headers = {}, method = "GET", path, save = {} } = flow;
  const fill = (text: string): string => text.replace(/\{([A-Za-z][\w.]*)\}/g, (whole, name: string) => values.get(name) ?? whole);
  const cookie = Object.entries(cookies).map(([name, value]) => `${name}=${value}`).join("; ");
  const sent = body === undefined ? undefined : JSON.stringify(filled(body, fill));
  let answer: WebResponse;
  try {
    answer = await visit(site, {
      method, path: fill(path), timeoutMs: Math.max(expect.withinMs ?? 0, usualWithinMs),
      headers: {
        ...(sent === undefined ? {} : { "content-type": "application/json" }), ...(cookie === "" ? {} : { cookie }),
        ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), fill(value)])),
      },
      ...(sent === undefined ? {} : { body: sent }),
    });
  } catch (error) {
    return { flow: flow.name, outcome: "failed", why: `${method} ${path}: ${error instanceof Error ? error.message : String(error)}` };
  }
  const disappointed = disappointments(expect, answer);
  const wrong = disappointed.length > 0 ? disappointed : saved(save, answer, values);
  const { milliseconds } = answer;
  return wrong.length === 0 ? { flow: flow.name, outcome: "passed", milliseconds } : { flow: flow.name, outcome: "failed", milliseconds, why: `${method} ${path} ${wrong.join("; ")}` };
}

function saved(save: Readonly<Record<string, string>>, { body }: WebResponse, values: Map<string, string>): string[] {
  if (Object.keys(save).length === 0) return [];
  const parsed = parse(body);
  return Object.entries(save).flatMap(([name, path]) => {
    const found = valueAt(parsed, path);
    if (typeof found !== "string" && typeof found !== "number") return [`has nothing at ${path} to save`];
    values.set(name, String(found));
    return [];
  });
}

function placeholdersOf({ body, headers, path }: SmokeFlow): string[] {
  return [...new Set([...JSON.stringify([path, headers, body]).matchAll(/\{([A-Za-z][\w.]*)\}/g)].map(([, name]) => name ?? ""))];
}

function filled(value: unknown, fill: (text: string) => string): unknown {
  if (typeof value === "string") return fill(value);
  if (Array.isArray(value)) return value.map((inner) => filled(inner, fill));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, filled(inner, fill)]));
}

function oneSecond(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1000));
}
