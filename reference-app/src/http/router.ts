import type { Route } from "./types";

export type Match =
  | { readonly kind: "found"; readonly route: Route; readonly params: Readonly<Record<string, string>> }
  | { readonly kind: "otherMethod"; readonly allow: readonly string[] }
  | { readonly kind: "none" };

interface Compiled {
  readonly route: Route;
  readonly parts: readonly string[];
}

/** Paths by their parts; a fixed part wins over a `:parameter`. HEAD is answered by GET's route. */
export class Router {
  private readonly compiled: readonly Compiled[];

  constructor(routes: readonly Route[]) {
    this.compiled = routes
      .map((route) => ({ route, parts: split(route.path) }))
      .sort((a, b) => parameters(a) - parameters(b));
  }

  match(method: string, path: string): Match {
    const wanted = method === "HEAD" ? "GET" : method;
    const parts = split(path);
    const allow = new Set<string>();
    for (const candidate of this.compiled) {
      const params = compare(candidate.parts, parts);
      if (!params) continue;
      if (candidate.route.method === wanted) return { kind: "found", route: candidate.route, params };
      allow.add(candidate.route.method);
    }
    return allow.size > 0 ? { kind: "otherMethod", allow: [...allow] } : { kind: "none" };
  }
}

function split(path: string): readonly string[] {
  return path.split("/").filter((part) => part !== "");
}

function parameters(compiled: Compiled): number {
  return compiled.parts.filter((part) => part.startsWith(":")).length;
}

function compare(pattern: readonly string[], parts: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== parts.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, expected] of pattern.entries()) {
    const actual = parts[index] ?? "";
    if (expected.startsWith(":")) {
      const decoded = decode(actual);
      if (decoded === undefined) return undefined;
      params[expected.slice(1)] = decoded;
    } else if (expected !== actual) return undefined;
  }
  return params;
}

function decode(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
