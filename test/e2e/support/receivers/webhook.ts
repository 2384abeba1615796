import { createServer, type IncomingMessage, type Server } from "node:http";
import { bodyOf, close, listen } from "../../../support/http";
import { Inbox } from "./inbox";

/** Alertmanager's webhook message, version 4. */
export interface AlertMessage {
  readonly version: string;
  readonly status: "firing" | "resolved";
  readonly receiver: string;
  readonly groupLabels: Labels;
  readonly commonLabels: Labels;
  readonly alerts: readonly ArrivedAlert[];
}

export interface ArrivedAlert {
  readonly status: "firing" | "resolved";
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly startsAt: string;
  readonly endsAt: string;
}

type Labels = Readonly<Record<string, string>>;

export interface Call {
  readonly at: Date;
  readonly path: string;
  readonly message: AlertMessage;
}

/** One alert as one call brought it. */
export interface Arrival extends ArrivedAlert {
  readonly at: Date;
  readonly path: string;
}

/** A web server that keeps what is posted to it; different paths tell different channels apart. */
export class WebhookReceiver {
  readonly calls = new Inbox<Call>(({ at, path, message }) => `${at.toISOString()} ${path} ${message.status}: ${message.alerts.map(({ status, labels }) => `${labels["alertname"] ?? "?"} of ${labels["system"] ?? "?"} ${status}`).join(", ")}`);
  readonly alerts = new Inbox<Arrival>(({ at, path, status, labels }) => `${at.toISOString()} ${path} ${labels["alertname"] ?? "?"} of ${labels["system"] ?? "?"} (${labels["severity"] ?? "?"}) ${status}`);
  /** How often a call was refused, by path. */
  readonly refused = new Map<string, number>();
  private readonly refusing = new Set<string>();

  private constructor(private readonly server: Server, private readonly origin: string) {}

  static async open(address: string): Promise<WebhookReceiver> {
    const server = createServer();
    const receiver = new WebhookReceiver(server, `http://${address}:${await listen(server, address)}`);
    server.on("request", (request: IncomingMessage, answer) => {
      void receiver.take(request).then(
        (status) => answer.writeHead(status).end(),
        (error: unknown) => answer.writeHead(400).end(String(error)),
      );
    });
    return receiver;
  }

  url(path: string): string {
    return `${this.origin}${path}`;
  }

  /** Answers 503 on this path until `accept`: a receiver that is down behind its balancer. */
  refuse(path: string): void {
    this.refusing.add(path);
  }

  accept(path: string): void {
    this.refusing.delete(path);
  }

  close(): Promise<void> {
    return close(this.server);
  }

  private async take(request: IncomingMessage): Promise<number> {
    const body = await bodyOf(request);
    const path = request.url ?? "/";
    if (this.refusing.has(path)) {
      this.refused.set(path, (this.refused.get(path) ?? 0) + 1);
      return 503;
    }
    const message = JSON.parse(body.toString("utf8")) as AlertMessage;
    const at = new Date();
    this.calls.add({ at, path, message });
    for (const alert of message.alerts) this.alerts.add({ ...alert, at, path });
    return 200;
  }
}
