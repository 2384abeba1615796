import type { Container, Engine } from "./engine";
import { Problem } from "./problem";
import { stackContainers, serviceOf, systemOf } from "./stackContainers";

/** A server of an application as the edge knows it. */
export interface EdgeServerState {
  /** UP, DRAIN, DOWN, MAINT, and what HAProxy adds to it. */
  readonly status: string;
  /** L7OK: its health check was answered well. */
  readonly check: string;
  /** Requests in work, and open WebSockets. */
  readonly sessions: number;
}

/** What the edge can be told of a server: no visitors at all; those whom a cookie binds to it; everybody. */
export type EdgeOrder = "maint" | "drain" | "ready";

/** The edge's port for who is in its own container (components/edge/model.ts): it takes orders from there alone. */
const adminPort = 8404;

/** Speaks HTTP with what it reads on standard input: HAProxy's image has bash, and neither curl nor socat. */
const speak = ["bash", "-c", `exec 3<>/dev/tcp/127.0.0.1/${adminPort}; cat >&3; exec cat <&3`];

export class EdgeServers {
  private constructor(private readonly engine: Engine, private readonly container: string) {}

  /** Undefined: no edge runs, so nobody is led anywhere. */
  static async of(stack: { readonly name: string }, engine: Engine): Promise<EdgeServers | undefined> {
    const [edge] = (await stackContainers(stack, engine, { system: "stack", service: "edge" })).filter(({ state }) => state === "running");
    return edge === undefined ? undefined : new EdgeServers(engine, edge.name);
  }

  /** Undefined: the edge has no such server. */
  async state(container: Container): Promise<EdgeServerState | undefined> {
    const place = placeOf(container);
    return place === undefined ? undefined : parseStates(await this.ask("GET", "/stats;csv")).get(`${place.backend}/${place.server}`);
  }

  /** @returns false where the edge takes no orders: one that was configured before it did */
  async tell(container: Container, order: EdgeOrder): Promise<boolean> {
    const place = placeOf(container);
    if (place === undefined) return false;
    const answer = await this.ask("POST", "/stats", `s=${place.server}&action=${order}&b=${place.backend}`);
    return /^location: .*st=DONE/im.test(answer);
  }

  private async ask(method: "GET" | "POST", path: string, body = ""): Promise<string> {
    const headers = body === "" ? "" : `Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${Buffer.byteLength(body)}\r\n`;
    const { code, err, out } = await this.engine.exec(this.container, speak, `${method} ${path} HTTP/1.0\r\n${headers}\r\n${body}`, { timeoutSeconds: 10 });
    if (code !== 0 || !/^HTTP\/1\.[01] [23]/.test(out)) throw new Problem(`the edge does not answer on its inner port (exit code ${code})`, [...(err === "" ? out : err).trim().split("\n").slice(0, 2), `Its log: docker logs --tail 20 ${this.container}`]);
    return out;
  }
}

/** Names in the edge's configuration follow from those of containers: `motel-backend-a-0-1a2b3c4` is `a-0` of `motel_backend`. */
export function placeOf(container: Container): { readonly backend: string; readonly server: string } | undefined {
  const slot = container.labels["stackbook.slot"];
  const number = new RegExp(`-${slot ?? ""}-(\\d+)-[0-9a-f]+$`).exec(container.name)?.[1];
  if (container.labels["stackbook.role"] !== "app" || slot === undefined || number === undefined) return undefined;
  return { backend: `${systemOf(container)}_${serviceOf(container)}`, server: `${slot}-${number}` };
}

/** HAProxy's own table, by `backend/server`. */
export function parseStates(answer: string): ReadonlyMap<string, EdgeServerState> {
  const lines = answer.slice(answer.indexOf("# pxname") + 2).split("\n");
  const titles = (lines[0] ?? "").split(",");
  const at = (name: string): number => titles.indexOf(name);
  const [status, check, sessions] = [at("status"), at("check_status"), at("scur")];
  return new Map(lines.slice(1).flatMap((line) => {
    const cells = line.split(",");
    const [backend, server] = cells;
    if (server === undefined || ["", "FRONTEND", "BACKEND"].includes(server)) return [];
    return [[`${backend ?? ""}/${server}`, { status: cells[status] ?? "", check: cells[check] ?? "", sessions: Number(cells[sessions] ?? 0) }] as const];
  }));
}
