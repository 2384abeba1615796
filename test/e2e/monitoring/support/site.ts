import { makeSelfSigned } from "../../../../components/edge/selfSigned";
import { systemIds, systems, type SystemId } from "../../../../systems";
import { containersOf, engine } from "../../support/engine";
import { gatewayAddress } from "../../support/receivers/gateway";
import { Mailbox } from "../../support/receivers/mailbox";
import { WebhookReceiver } from "../../support/receivers/webhook";
import { TestStack, type Outputs } from "../../support/stack";
import { steadily, Worker } from "./client";
import { SmallDisk } from "./disk";
import { PrometheusClient } from "./prometheus";


/** Ends so soon that every runbook's alert has long been due. */
const certificateDays = 5;

export interface MonitoringOutputs extends Outputs {
  readonly backups: Readonly<Record<string, { readonly agent: string; readonly drill: string }>>;
  readonly monitoring: {
    readonly prometheus: string | null;
    readonly alertmanager: string | null;
    readonly grafana: string | null;
    readonly status: string | null;
    readonly statusContainer: string;
    readonly missing: readonly { readonly part: string; readonly why: string }[];
  };
  readonly credentials: Outputs["credentials"] & { readonly monitoring: { readonly operator: { readonly user: string; readonly password: string } } };
}

/** What every test of a watched stack may use. */
export interface Running {
  readonly stack: TestStack;
  readonly outputs: MonitoringOutputs;
  readonly ca: string;
  readonly mailbox: Mailbox;
  readonly webhooks: WebhookReceiver;
  readonly prometheus: PrometheusClient;
  /** Undefined where this user may not mount. */
  readonly disk: SmallDisk | undefined;
  worker(id: SystemId): Worker;
  container(filter: Readonly<Record<string, string>>): Promise<string>;
}

/** Paths of the webhook receiver, by channel. */
export const channels = { pager: "/pager", tickets: "/tickets", notices: "/notices", alive: "/alive" } as const;

const webhookChannels = ["pager", "tickets", "notices"] as const;

export const version = "1.0.0";

export function systemsConfig(change: Readonly<Partial<Record<SystemId, string>>> = {}, ids: readonly SystemId[] = systemIds): Record<string, unknown> {
  return Object.fromEntries(
    ids.map((id) => [id, { version: change[id] ?? version, services: { backend: { settings: { REFERENCE_FAULTS: "1" } } } }]),
  );
}

/** Systems, watched, with receivers for what is told to people. */
export class Site {
  private users = 0;
  private starting: Promise<Running> | undefined;
  private readonly undo: (() => Promise<unknown>)[] = [];

  constructor(private readonly name: string, private readonly ids: readonly SystemId[], private readonly ports: { readonly httpPort: number; readonly httpsPort: number }, private readonly more: Readonly<Record<string, unknown>> = {}) {}

  /** For a `describe`: starts the site before its tests, and takes it down after those of the last user. */
  use(): () => Running {
    this.users += 1;
    let running: Running | undefined;
    const start = (): Promise<Running> => this.start();
    const leave = (): Promise<void> => this.leave();
    before(async function () {
      this.timeout(600_000);
      running = await start();
    });
    after(async function () {
      this.timeout(300_000);
      await leave();
    });
    return () => {
      if (running === undefined) throw new Error("the site is not running");
      return running;
    };
  }

  private start(): Promise<Running> {
    this.starting ??= this.deploy();
    return this.starting;
  }

  private async leave(): Promise<void> {
    this.users -= 1;
    if (this.users > 0) return;
    for (const undo of this.undo.reverse()) await undo();
  }

  private async deploy(): Promise<Running> {
    const address = await gatewayAddress();
    const [mailbox, webhooks, disk] = await Promise.all([Mailbox.open(address), WebhookReceiver.open(address), SmallDisk.mount(64)]);
    this.undo.push(() => mailbox.close(), () => webhooks.close(), () => disk?.unmount() ?? Promise.resolve());
    const certificate = await makeSelfSigned({
      dnsNames: ["localhost", ...["prometheus", "alerts", "grafana", "status", ...this.ids].map((name) => `${name}.localhost`)],
      ipAddresses: ["127.0.0.1"],
      validityDays: certificateDays,
    });
    const stack = new TestStack(this.name, {
      "stackbook:environment": "dev",
      "stackbook:edge": { ...this.ports, tls: { kind: "given" }, rateLimit: { requestsPerMinute: 1_000_000 } },
      "stackbook:demo": { seed: true, traffic: false },
      "stackbook:systems": systemsConfig({}, this.ids),
      "stackbook:monitoring": { enabled: true, scrapeSeconds: 5 },
      "stackbook:alerts": {
        channels: {
          mail: { kind: "email", to: ["ops@example.org"], from: "stackbook@example.org", smarthost: mailbox.smarthost, requireTls: false },
          ...Object.fromEntries(webhookChannels.map((name) => [name, { kind: "webhook" }])),
        },
        routes: { page: ["mail", "pager"], ticket: ["mail", "tickets"], digest: ["mail"] },
        notices: ["mail", "notices"],
      },
      ...this.more,
    });
    await stack.init();
    await stack.setSecret("edge:certificate", certificate.certificatePem);
    await stack.setSecret("edge:privateKey", certificate.privateKeyPem);
    for (const name of webhookChannels) await stack.setSecret(`alerts:${name}`, webhooks.url(channels[name]));
    await stack.setSecret("alerts:deadMansSwitch", webhooks.url(channels.alive));
    this.undo.push(() => stack.destroy());
    await stack.mustUp();
    return this.describe({ stack, mailbox, webhooks, disk, ca: certificate.authority.certificatePem });
  }

  private async describe(parts: Pick<Running, "stack" | "mailbox" | "webhooks" | "disk" | "ca">): Promise<Running> {
    const { stack, ca } = parts;
    const outputs = (await stack.outputs()) as MonitoringOutputs;
    const workers = new Map(this.ids.map((id) => [id, new Worker(outputs.systems[id]?.url ?? "", ca, outputs.credentials[id]?.login ?? { email: "", password: "" })]));
    const prometheus = new PrometheusClient(outputs.monitoring.prometheus ?? "", ca, outputs.credentials.monitoring.operator);
    const visits = this.ids.map((id) => steadily(4, (n) => workers.get(id)?.ask(pages[id][n % pages[id].length] ?? "/") ?? Promise.resolve()));
    this.undo.push(async () => {
      await Promise.all(visits.map((visit) => visit.stop()));
      prometheus.close();
      for (const worker of workers.values()) worker.close();
    });
    return {
      ...parts, outputs, prometheus,
      worker: (id) => {
        const worker = workers.get(id);
        if (worker === undefined) throw new Error(`no ${id}`);
        return worker;
      },
      container: async (filter) => {
        const [found] = await containersOf(stack.name, filter);
        if (found === undefined) throw new Error(`no container with ${JSON.stringify(filter)}`);
        return found.Id;
      },
    };
  }
}

/** What visitors ask for all the time. */
const pages: Readonly<Record<SystemId, readonly string[]>> = {
  mps: ["/", "/api/classes"],
  fetms: ["/", "/api/teachers", "/api/teacher-list"],
  memo: ["/", "/api/memos"],
  motel: ["/", "/api/suites", "/api/tasks"],
  sms: ["/", "/api/students"],
};

/** All five; starting them takes a minute, so all files share one. */
export const site = new Site("e2e-monitoring", systemIds, { httpPort: 27080, httpsPort: 27443 }, { "stackbook:backups": { enabled: true } });
export { engine, systems };
