import * as https from "node:https";
import type { IncomingHttpHeaders } from "node:http";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly json?: unknown;
}

/** A visitor of one system: trusts the stack's certificate, finds the edge on this machine by the system's name. */
export class Visitor {
  private readonly agent: https.Agent;

  constructor(private readonly origin: string, ca: string, keepAlive = false) {
    this.agent = new https.Agent({
      ca,
      keepAlive,
      lookup: (_host, options, callback) => {
        // Node resolves no *.localhost; browsers and curl do.
        if (options.all === true) callback(null, [{ address: "127.0.0.1", family: 4 }]);
        else callback(null, "127.0.0.1", 4);
      },
    });
  }

  ask(path: string, { method, headers, body, json }: Ask = {}): Promise<Answer> {
    const payload = json === undefined ? body : JSON.stringify(json);
    return new Promise((resolve, reject) => {
      const request = https.request(
        `${this.origin}${path}`,
        {
          agent: this.agent,
          method: method ?? (payload === undefined ? "GET" : "POST"),
          headers: {
            ...(json === undefined ? {} : { "content-type": "application/json" }),
            ...(payload === undefined ? {} : { "content-length": String(Buffer.byteLength(payload)) }),
            ...headers,
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("error", reject);
          response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks).toString("utf8") }));
        },
      );
      request.setTimeout(20_000, () => request.destroy(new Error("no answer within 20 s")));
      request.on("error", reject);
      request.end(payload);
    });
  }

  async json<T>(path: string, ask: Ask = {}): Promise<T> {
    const answer = await this.ask(path, ask);
    if (answer.status >= 300) throw new Error(`${ask.method ?? "GET"} ${path} answered ${answer.status}: ${answer.body.slice(0, 300)}`);
    return JSON.parse(answer.body) as T;
  }

  close(): void {
    this.agent.destroy();
  }
}

export interface LoadReport {
  readonly answers: number;
  /** Whatever was not a 2xx, by what it was. */
  readonly failures: Readonly<Record<string, number>>;
  readonly versions: ReadonlySet<string>;
}

/** Visitors who ask without pause, half of them with a new connection per request, until told to stop. */
export function startLoad(origin: string, ca: string, path: string, clients = 10, ask: Ask = {}): { stop(): Promise<LoadReport> } {
  let running = true;
  let answers = 0;
  const failures: Record<string, number> = {};
  const versions = new Set<string>();
  const visit = async (index: number): Promise<void> => {
    const visitor = new Visitor(origin, ca, index % 2 === 0);
    while (running) {
      let outcome: string;
      try {
        const answer = await visitor.ask(path, ask);
        outcome = answer.status >= 200 && answer.status < 300 ? "" : `status ${answer.status}`;
        const version = /"version":\s*"([^"]+)"/.exec(answer.body)?.[1];
        if (version !== undefined) versions.add(version);
      } catch (error) {
        outcome = (error as NodeJS.ErrnoException).code ?? String(error);
      }
      answers += 1;
      if (outcome !== "") failures[outcome] = (failures[outcome] ?? 0) + 1;
    }
    visitor.close();
  };
  const visitors = Array.from({ length: clients }, (_, index) => visit(index));
  return {
    async stop() {
      running = false;
      await Promise.all(visitors);
      return { answers, failures, versions };
    },
  };
}
