import type { Engine } from "./engine";
import { Problem } from "./problem";
import type { Stack } from "./stack";
import { stackContainers } from "./stackContainers";
import { askWithin, type WebAnswer } from "./webWithin";

/** One series, now. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  /** NaN and infinities are values too. */
  readonly value: number;
}

/** One series over time. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly points: readonly { readonly at: Date; readonly value: number }[];
}

export interface Range {
  readonly from: Date;
  readonly to: Date;
  readonly stepSeconds: number;
}

/** An alert that is on, or will be if it lasts. */
export interface Alert {
  readonly name: string;
  /** A system's id, or "stack". */
  readonly system: string;
  readonly service: string | undefined;
  readonly severity: "page" | "ticket" | "digest";
  readonly state: "pending" | "firing";
  readonly since: Date;
  readonly summary: string;
  readonly description: string;
  /** The command to run next, and where the runbook has it. */
  readonly command: string;
  readonly runbook: string;
  /** Why nobody is told: a silence, a worse alert, a maintenance window; undefined: people are told, or Alertmanager didn't say. */
  readonly quiet: "silenced" | "inhibited" | "muted" | undefined;
  readonly labels: Readonly<Record<string, string>>;
}

type Named = Pick<Stack, "name">;

/** Long enough for the slowest rule of ours; a Prometheus that takes longer has something else to say. */
const patienceSeconds = 10;
const own = "http://localhost:9090/api/v1";
const alertmanager = "http://alertmanager:9093/api/v2";

/** Values of an expression, now. Throws a Problem when the stack has no Prometheus, it does not run, or the expression is none. */
export async function query(stack: Named, engine: Engine, promql: string): Promise<readonly Sample[]> {
  const { asked } = await queryAll(stack, engine, { asked: promql });
  return asked;
}

/** Several at once, in the time of one. */
export async function queryAll<K extends string>(stack: Named, engine: Engine, expressions: Readonly<Record<K, string>>, options: Patience = {}): Promise<Record<K, readonly Sample[]>> {
  const prometheus = await findPrometheus(stack, engine, options);
  const names = Object.keys(expressions) as K[];
  const answers = await prometheus.ask(names.map((name) => `${own}/query?query=${encodeURIComponent(expressions[name])}`));
  const found: Partial<Record<K, readonly Sample[]>> = {};
  for (const [at, name] of names.entries()) found[name] = samples(await prometheus.dataIn(answers[at], expressions[name]));
  // Each name has its entry now.
  return found as Record<K, readonly Sample[]>;
}

/** Values of an expression over time: one point each step. */
export async function queryRange(stack: Named, engine: Engine, promql: string, { from, stepSeconds, to }: Range): Promise<readonly Series[]> {
  const prometheus = await findPrometheus(stack, engine, {});
  const [answer] = await prometheus.ask([`${own}/query_range?query=${encodeURIComponent(promql)}&start=${from.getTime() / 1000}&end=${to.getTime() / 1000}&step=${stepSeconds}`]);
  const { result } = (await prometheus.dataIn(answer, promql)) as { readonly result: readonly { readonly metric: Series["labels"]; readonly values: readonly (readonly [number, string])[] }[] };
  return result.map(({ metric, values }) => ({ labels: metric, points: values.map(([at, value]) => ({ at: new Date(at * 1000), value: readNumber(value) })) }));
}

/** Alerts that are pending or firing, worst and oldest first; the dead man's switch, which always is, is left out. */
export async function alerts(stack: Named, engine: Engine, { system, ...options }: { readonly system?: string } & Patience = {}): Promise<readonly Alert[]> {
  const prometheus = await findPrometheus(stack, engine, options);
  const [active, told] = await prometheus.ask([`${own}/alerts`, `${alertmanager}/alerts`]);
  const { alerts: found } = (await prometheus.dataIn(active)) as { readonly alerts: readonly ActiveAlert[] };
  const known = found.flatMap((alert) => describe(alert, quietIn(told)));
  return known.filter((alert) => system === undefined || alert.system === system).sort(worstFirst);
}

export interface Patience {
  /** @default 10 */
  readonly timeoutSeconds?: number;
}

interface ActiveAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly state: "pending" | "firing";
  readonly activeAt: string;
}

interface ToldAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly status: { readonly silencedBy: readonly string[]; readonly inhibitedBy: readonly string[]; readonly mutedBy?: readonly string[] };
}

const ranks = { page: 0, ticket: 1, digest: 2 } as const;

function worstFirst(a: Alert, b: Alert): number {
  return Number(a.state === "pending") - Number(b.state === "pending") || ranks[a.severity] - ranks[b.severity] || a.since.getTime() - b.since.getTime() || a.name.localeCompare(b.name);
}

function describe({ activeAt, annotations = {}, labels, state }: ActiveAlert, quiet: (labels: Alert["labels"]) => Alert["quiet"]): Alert[] {
  const { severity } = labels;
  if (severity !== "page" && severity !== "ticket" && severity !== "digest") return [];
  const { command = "", description = "", runbook = "", summary = "" } = annotations;
  return [{
    name: labels["alertname"] ?? "", system: labels["system"] ?? "stack", service: labels["service"], severity, state, since: new Date(activeAt),
    summary: summary === "" ? (labels["alertname"] ?? "") : summary, description, command, runbook, quiet: quiet(labels), labels,
  }];
}

/** Alertmanager has the alert's labels and the stack's own besides. */
function quietIn(answer: WebAnswer | undefined): (labels: Alert["labels"]) => Alert["quiet"] {
  const told = answer?.ok === true ? (readJson(answer.text) as readonly ToldAlert[] | undefined) : undefined;
  return (labels) => {
    const status = told?.find((alert) => Object.entries(labels).every(([name, value]) => alert.labels[name] === value))?.status;
    if (status === undefined) return undefined;
    if (status.silencedBy.length > 0) return "silenced";
    if (status.inhibitedBy.length > 0) return "inhibited";
    return (status.mutedBy ?? []).length > 0 ? "muted" : undefined;
  };
}

interface Found {
  ask(urls: readonly string[]): Promise<readonly WebAnswer[]>;
  /** What an answer of the HTTP API holds. @param promql what was asked, for the words of a refusal */
  dataIn(answer: WebAnswer | undefined, promql?: string): Promise<unknown>;
}

/** No port of it is published: it is asked inside its container. */
async function findPrometheus(stack: Named, engine: Engine, { timeoutSeconds = patienceSeconds }: Patience): Promise<Found> {
  const container = await prometheusContainer(stack, engine);
  return {
    ask: (urls) => askWithin(engine, container, urls, timeoutSeconds),
    dataIn: async (answer, promql) => {
      const body = answer?.ok === true ? (readJson(answer.text) as { readonly status?: string; readonly data?: unknown; readonly error?: string } | undefined) : undefined;
      if (body?.status === "success") return body.data;
      // wget keeps the reason of a refusal to itself; promtool tells it.
      const why = body?.error ?? (promql === undefined ? undefined : await reasonOf(engine, container, promql)) ?? (answer?.ok === false ? answer.why : "its answer is none");
      throw new Problem(`Prometheus refused${promql === undefined ? "" : ` \`${promql}\``}: ${why}`, [`Its log: docker logs --tail 50 ${container}`]);
    },
  };
}

/** The name of the stack's Prometheus, which runs. */
export async function prometheusContainer(stack: Named, engine: Engine): Promise<string> {
  const found = await stackContainers(stack, engine, { system: "stack", service: "prometheus" });
  const running = found.find(({ state }) => state === "running");
  if (running !== undefined) return running.name;
  const [stopped] = found;
  if (stopped !== undefined) throw new Problem(`${stopped.name} does not run (${stopped.state})`, [`Start it: docker start ${stopped.name}; its log: docker logs --tail 50 ${stopped.name}`]);
  throw new Problem(`the stack ${stack.name} has no Prometheus: monitoring is switched off`, ["Switch it on with: pulumi config set --path stackbook:monitoring.enabled true, then pulumi up"]);
}

async function reasonOf(engine: Engine, container: string, promql: string): Promise<string | undefined> {
  const { err } = await engine.exec(container, ["promtool", "query", "instant", "http://localhost:9090", promql], "");
  return /query error: (.+)/.exec(err)?.[1];
}

function samples(data: unknown): Sample[] {
  const { result, resultType } = data as { readonly resultType: string; readonly result: unknown };
  // A number by itself: `1 + 1`, `time()`.
  if (resultType === "scalar") return [{ labels: {}, value: readNumber((result as readonly [number, string])[1]) }];
  if (resultType !== "vector") throw new Problem(`the expression gives a ${resultType}, not values of now`, ["Give one without a range at its end: rate(x[5m]) rather than x[5m]."]);
  return (result as readonly { readonly metric: Sample["labels"]; readonly value: readonly [number, string] }[]).map(({ metric, value }) => ({ labels: metric, value: readNumber(value[1]) }));
}

/** Prometheus writes +Inf where JavaScript has Infinity. */
function readNumber(text: string): number {
  return Number(text.replace("Inf", "Infinity"));
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
