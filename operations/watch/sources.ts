import type { Engine } from "../engine";
import { Problem } from "../problem";
import { prometheusContainer, queryAll, type Sample } from "../prometheus";
import type { Stack } from "../stack";
import { stackContainers } from "../stackContainers";
import { askWithin } from "../webWithin";
import { readExposition, type ExposedSample } from "./exposition";
import { add, bothSlots, keyOf, nothing, type Counts, type Figures, type Times } from "./figures";

/** Where a system's requests are counted, to the second. */
export interface FigureSource {
  /** False: how long requests take is not measured. */
  readonly timesThem: boolean;
  /** Since the counter began. */
  read(): Promise<Figures>;
  /** Of the time before now, in which what runs was already running; empty: nobody knows. */
  before(): Promise<Figures>;
}

const patienceSeconds = 10;
const ofServices: ReadonlySet<string> = new Set(["backend", "frontend"]);

/** What the edge's log says where the stack is watched; else the edge's own counters, which know no p95. */
export async function figureSource(stack: Stack, engine: Engine, system: string): Promise<FigureSource> {
  return stack.outputs.monitoring === undefined ? edgeSource(stack, engine, system) : logSource(stack, engine, system);
}

/** mtail counts each line of the edge's log at once; Prometheus reads it only every so many seconds. */
async function logSource(stack: Stack, engine: Engine, system: string): Promise<FigureSource> {
  const container = await prometheusContainer(stack, engine);
  return {
    timesThem: true,
    read: async () => {
      const [answer] = await askWithin(engine, container, ["http://mtail:3903/metrics"], patienceSeconds);
      if (answer?.ok !== true) throw new Problem(`the figures of the edge's log can't be read: ${answer?.why ?? "no answer"}`, [`From ${container} nothing answers at http://mtail:3903/metrics: docker logs --tail 50 of the container mtail`]);
      return logFigures(readExposition(answer.text, logNames), system);
    },
    before: () => lastMinutes(stack, engine, system),
  };
}

const logNames: ReadonlySet<string> = new Set(["edge_requests_total", "edge_request_duration_seconds_bucket", "edge_request_duration_seconds_sum"]);
const beforeMinutes = 15;

async function lastMinutes(stack: Stack, engine: Engine, system: string): Promise<Figures> {
  const of = `{system="${system}",service=~"backend|frontend"}[${beforeMinutes}m]`;
  const { requests, seconds, times } = await queryAll(stack, engine, {
    requests: `sum by (service, status_class) (increase(edge_requests_total${of}))`,
    times: `sum by (service, le) (increase(edge_request_duration_seconds_bucket${of}))`,
    seconds: `sum by (service) (increase(edge_request_duration_seconds_sum${of}))`,
  });
  const named = (name: string) => ({ labels, value }: Sample): ExposedSample => ({ name, labels: { ...labels, system }, value });
  return logFigures([...requests.map(named("edge_requests_total")), ...times.map(named("edge_request_duration_seconds_bucket")), ...seconds.map(named("edge_request_duration_seconds_sum"))], system);
}

/** Of samples by service, and by slot where they tell slots apart. */
export function logFigures(samples: readonly ExposedSample[], system: string): Figures {
  const found = new Map<string, Counts>();
  const spent = new Map<string, number>();
  const buckets = new Map<string, Map<number, number>>();
  for (const { labels, name, value } of samples) {
    const { le, service = "", slot = "", status_class: statusClass } = labels;
    if (labels["system"] !== system || !ofServices.has(service) || !Number.isFinite(value)) continue;
    for (const key of keysOf(service, slot)) {
      if (name === "edge_requests_total") {
        found.set(key, add(found.get(key) ?? nothing, { requests: value, failed: statusClass === "5xx" ? value : 0, times: undefined }));
      } else if (name === "edge_request_duration_seconds_sum") {
        spent.set(key, (spent.get(key) ?? 0) + value);
      } else {
        const bounds = buckets.get(key) ?? new Map<number, number>();
        const bound = Number((le ?? "").replace("+Inf", "Infinity"));
        bounds.set(bound, (bounds.get(bound) ?? 0) + value);
        buckets.set(key, bounds);
      }
    }
  }
  for (const [key, bounds] of buckets) {
    const times: Times = { seconds: spent.get(key) ?? 0, within: [...bounds].sort(([a], [b]) => a - b) };
    found.set(key, { ...(found.get(key) ?? nothing), times });
  }
  return found;
}

function keysOf(service: string, slot: string): string[] {
  return slot === "a" || slot === "b" ? [keyOf(service), keyOf(service, slot)] : [keyOf(service)];
}

/** HAProxy's own, which begin anew with each change of its routes: since then the version before has been running. */
async function edgeSource(stack: Stack, engine: Engine, system: string): Promise<FigureSource> {
  const [edge] = (await stackContainers(stack, engine, { system: "stack", service: "edge" })).filter(({ state }) => state === "running");
  if (edge === undefined) throw new Problem(`the edge of the stack ${stack.name} does not run`, [`npx stackbook status --stack ${stack.name}`]);
  const read = async (): Promise<Figures> => {
    const { code, err, out } = await engine.exec(edge.name, ["bash", "-c", askEdge], "", { timeoutSeconds: patienceSeconds });
    if (code !== 0) throw new Problem(`${edge.name} does not tell its figures: ${err.trim()}`, [`Its log: docker logs --tail 50 ${edge.name}`]);
    return edgeFigures(readExposition(out, edgeNames), system);
  };
  return { timesThem: false, read, before: read };
}

/** bash alone: HAProxy's image has neither curl nor wget. 8404 is published nowhere. */
const askEdge = String.raw`exec 3<>/dev/tcp/127.0.0.1/8404 && printf 'GET /metrics HTTP/1.0\r\nHost: localhost\r\n\r\n' >&3 && cat <&3`;
const edgeNames: ReadonlySet<string> = new Set(["haproxy_backend_http_responses_total", "haproxy_server_http_responses_total"]);

/** Proxies are `motel_backend`, `motel_backend_sticky_websocket`; servers `a-0`. What no server answered (503) is of no slot. */
export function edgeFigures(samples: readonly ExposedSample[], system: string): Figures {
  const found = new Map<string, Counts>();
  for (const { labels, name, value } of samples) {
    const [of, service = ""] = (labels["proxy"] ?? "").split("_");
    if (of !== system || !ofServices.has(service) || !Number.isFinite(value)) continue;
    const slot = name === "haproxy_backend_http_responses_total" ? bothSlots : (labels["server"] ?? "").slice(0, 1);
    const key = keyOf(service, slot);
    found.set(key, add(found.get(key) ?? nothing, { requests: value, failed: labels["code"] === "5xx" ? value : 0, times: undefined }));
  }
  return found;
}
