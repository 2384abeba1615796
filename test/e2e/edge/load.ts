import * as https from "node:https";
import { sleep, type TestEdge } from "./harness";

/** Clients that never stop asking, each in its own way, and note every answer that is not the expected one. */
export class Load {
  requests = 0;
  readonly failures: string[] = [];
  readonly bodies = new Map<string, number>();
  private running = true;
  private readonly clients: Promise<void>[];

  constructor(
    private readonly edge: TestEdge,
    private readonly host: string,
    clients: { readonly fresh: number; readonly keepAlive: number; readonly idle: number; readonly writing: number },
  ) {
    const many = (count: number, start: () => Promise<void>): Promise<void>[] => Array.from({ length: count }, start);
    const agent = (): https.Agent => new https.Agent({ keepAlive: true, maxSockets: 1 });
    this.clients = [
      // A new connection for each request.
      ...many(clients.fresh, () => this.client(() => undefined, "GET", 0)),
      // One connection for all of them, busy all the time.
      ...many(clients.keepAlive, () => this.client(agent, "GET", 0)),
      // One connection, resting between requests: as a reload finds most browsers.
      ...many(clients.idle, () => this.client(agent, "GET", 300)),
      // Writes, which nobody repeats.
      ...many(clients.writing, () => this.client(agent, "POST", 20)),
    ];
  }

  async stop(): Promise<void> {
    this.running = false;
    await Promise.all(this.clients);
  }

  private async client(makeAgent: () => https.Agent | undefined, method: string, pauseMs: number): Promise<void> {
    const agent = makeAgent();
    while (this.running) {
      try {
        const answer = await this.edge.request(method, this.host, "/load", { agent: agent ?? false }, method === "POST" ? "body" : undefined);
        if (answer.status !== 200) this.failures.push(`${method} ${answer.status}: ${answer.body.slice(0, 200)}`);
        else this.bodies.set(answer.body, (this.bodies.get(answer.body) ?? 0) + 1);
      } catch (error) {
        this.failures.push(`${method} ${agent === undefined ? "fresh" : "kept"} ${pauseMs} ms: ${String(error)}`);
      }
      this.requests++;
      if (pauseMs > 0) await sleep(pauseMs);
    }
    agent?.destroy();
  }
}
