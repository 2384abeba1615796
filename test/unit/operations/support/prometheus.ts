import assert from "node:assert/strict";
import type { Container, Engine } from "../../../../operations/engine";

/** What Prometheus answers: by expression for instant queries; `range`, `alerts` (its own) and `told` (Alertmanager's) for the others. */
export interface PrometheusAnswers {
  readonly values?: Readonly<Record<string, readonly (readonly [Readonly<Record<string, string>>, number | string])[]>> | ((promql: string) => readonly (readonly [Readonly<Record<string, string>>, number | string])[] | undefined);
  readonly range?: (url: URL) => unknown;
  readonly alerts?: readonly unknown[];
  readonly told?: readonly unknown[];
  /** Loki's, or any other address. */
  readonly other?: (url: URL) => unknown;
}

/** A container as the engine tells of it; `change` says what matters to the test. */
export function container(name: string, change: Partial<Container> = {}): Container {
  return {
    id: `id-of-${name}`, name, image: { id: `sha256:${name}`, reference: `${name}:1` }, state: "running", health: "healthy", startedAt: new Date("2026-11-21T09:00:00Z"), finishedAt: undefined,
    exitCode: undefined, outOfMemory: false, restarts: 0, labels: {}, networks: [], limits: { memoryBytes: undefined, cpus: undefined }, ...change,
  };
}

/** The container of a Prometheus, as the engine lists it. */
export const prometheusContainer = container("prometheus-1", { labels: { "stackbook.stack": "dev", "stackbook.system": "stack", "stackbook.service": "prometheus" } });

/** Answers what operations ask within Prometheus's container; an expression that it was not told is refused as Prometheus refuses. */
export function prometheusExec(answers: PrometheusAnswers): Engine["exec"] {
  return (name, command, input) => {
    assert.equal(name, prometheusContainer.name);
    if (command[0] === "promtool") return Promise.resolve({ code: 1, out: "", err: "query error: bad_data: no such expression" });
    const [shell, flag, , , mark = ""] = command;
    assert.deepEqual([shell, flag], ["sh", "-c"]);
    const out = input.split("\n").map((url) => `${JSON.stringify(answer(new URL(url), answers))}\n${mark} 0\n`);
    return Promise.resolve({ code: 0, out: out.join(""), err: "" });
  };
}

function answer(url: URL, { alerts = [], other, range, told = [], values = {} }: PrometheusAnswers): unknown {
  const done = (data: unknown): unknown => ({ status: "success", data });
  if (url.port === "9093") return told;
  if (url.pathname === "/api/v1/alerts") return done({ alerts });
  if (url.pathname === "/api/v1/query_range" && range !== undefined) return done(range(url));
  if (url.port !== "9090" && other !== undefined) return other(url);
  assert.equal(url.pathname, "/api/v1/query", `${url.href} was not expected`);
  const promql = url.searchParams.get("query") ?? "";
  const found = typeof values === "function" ? values(promql) : values[promql];
  if (found === undefined) return { status: "error", error: `${promql} was not expected` };
  return done({ resultType: "vector", result: found.map(([metric, value]) => ({ metric, value: [0, String(value)] })) });
}
