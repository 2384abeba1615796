import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLog, type Log } from "../../../../agents/common/log";
import { Agent } from "../../../../agents/status/src/agent";
import { parseStatusConfig, type StatusConfig } from "../../../../agents/status/src/config";
import { close, listen } from "../../../support/http";

export const baseConfig = {
  stack: "prod", environment: "prod", title: "Example status", timeZone: "Europe/Athens", digestAt: "08:00",
  alertmanagerUrl: "http://alertmanager:9093", prometheusUrl: "http://prometheus:9090", publicUrl: "https://status.example.org",
  systems: [
    { id: "memo", title: "MemoApp", version: "1.0.0", images: { backend: "memo@sha256:aa" }, configHash: "c1", url: "https://memo.example.org" },
    { id: "motel", title: "Motel Manager", version: "2.0.0", images: { backend: "motel@sha256:bb" }, configHash: "c1" },
  ],
};

export function statusConfig(change: object = {}): StatusConfig {
  return parseStatusConfig(JSON.stringify({ ...baseConfig, ...change }), "status.json");
}

export const silent: Log = createLog("status", { write: () => undefined });

/** A log whose messages can be looked at. */
export function listeningLog(): { readonly log: Log; readonly lines: string[] } {
  const lines: string[] = [];
  return { lines, log: createLog("status", { write: (line) => lines.push(line) }) };
}

const folders: string[] = [];

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "stackbook-status-"));
  folders.push(folder);
  return folder;
}

interface ReceivedAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
}

/** Prometheus and Alertmanager as far as the agent knows them, in one server; anything else is refused. */
export class FakeMonitoring {
  /** system -> probe_success; a system that is not here has no series. */
  up: Record<string, number> = {};
  matrix: { readonly metric: Record<string, string>; readonly values: readonly (readonly [number, string])[] }[] = [];
  firing: object[] = [];
  prometheusDown = false;
  alertmanagerDown = false;
  /** Every notice Alertmanager was ever given, once. */
  readonly notices = new Map<string, ReceivedAlert>();
  posts = 0;
  readonly queries: string[] = [];
  private readonly server: Server;

  constructor() {
    this.server = createServer((message, answer) => {
      const chunks: Buffer[] = [];
      message.on("data", (chunk: Buffer) => chunks.push(chunk)).on("end", () => {
        const [status, body] = this.answer(message.method ?? "", message.url ?? "", Buffer.concat(chunks).toString());
        answer.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
      });
    });
  }

  async start(): Promise<string> {
    return `http://127.0.0.1:${await listen(this.server)}`;
  }

  stop(): Promise<void> {
    return close(this.server);
  }

  titles(kind?: string): string[] {
    return [...this.notices.values()].filter(({ labels }) => kind === undefined || labels["kind"] === kind).map(({ annotations }) => annotations["title"] ?? "");
  }

  private answer(method: string, url: string, body: string): [number, unknown] {
    if (url.startsWith("/api/v1/")) {
      if (this.prometheusDown) return [503, { status: "error" }];
      if (url === "/api/v1/alerts") return [200, { status: "success", data: { alerts: this.firing } }];
      this.queries.push(new URLSearchParams(body).get("query") ?? "");
      if (url === "/api/v1/query_range") return [200, { status: "success", data: { resultType: "matrix", result: this.matrix } }];
      if (url === "/api/v1/query") {
        return [200, { status: "success", data: { resultType: "vector", result: Object.entries(this.up).map(([system, value]) => ({ metric: { system }, value: [0, String(value)] })) } }];
      }
    }
    if (url === "/api/v2/alerts" && method === "POST") {
      if (this.alertmanagerDown) return [500, { error: "down" }];
      this.posts += 1;
      for (const alert of JSON.parse(body) as ReceivedAlert[]) this.notices.set(alert.labels["notice"] ?? "", alert);
      return [200, {}];
    }
    return [404, { error: `${method} ${url} is not known here` }];
  }
}

/** An agent on a clock that stands still until it is told to go on. */
export class Rig {
  readonly monitoring = new FakeMonitoring();
  readonly folder = temporaryFolder();
  readonly heard = listeningLog();
  now = new Date("2026-11-21T10:00:00Z");
  private url = "";
  private made: Agent | undefined;

  async start(change: object = {}): Promise<Agent> {
    if (this.url === "") this.url = await this.monitoring.start();
    this.configure(change);
    return this.restart();
  }

  /** As after a crash: nothing but the files is left. */
  restart(): Agent {
    this.made = new Agent({ configPath: join(this.folder, "status.json"), dataFolder: join(this.folder, "data"), intervalSeconds: 30, now: () => this.now, log: this.heard.log });
    return this.made;
  }

  configure(change: object): void {
    writeFileSync(join(this.folder, "status.json"), JSON.stringify({ ...baseConfig, alertmanagerUrl: this.url, prometheusUrl: this.url, ...change }));
  }

  /** Rounds of half a minute. */
  async rounds(count: number): Promise<void> {
    for (let round = 0; round < count; round += 1) {
      this.now = new Date(this.now.getTime() + 30_000);
      await this.made?.round();
    }
  }

  async at(time: string): Promise<void> {
    this.now = new Date(time);
    await this.made?.round();
  }

  async stop(): Promise<void> {
    await this.monitoring.stop();
  }
}

export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}
