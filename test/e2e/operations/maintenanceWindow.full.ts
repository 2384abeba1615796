// Slow: waits for a planned window to open and close by the clock, with the monitoring of a whole stack, about ten minutes
import assert from "node:assert/strict";
import { PrometheusClient } from "../monitoring/support/prometheus";
import type { MonitoringOutputs } from "../monitoring/support/site";
import { containersOf, engine } from "../support/engine";
import { Visitor } from "../support/http";
import { gatewayAddress } from "../support/receivers/gateway";
import { WebhookReceiver, type Arrival } from "../support/receivers/webhook";
import { Clone } from "./support/clone";

const httpsPort = 30743;
const clone = new Clone("e2e-window", {
  "stackbook:environment": "dev",
  "stackbook:edge": { httpPort: 30380, httpsPort, drainSeconds: 2 },
  "stackbook:demo": { seed: true, traffic: false },
  "stackbook:backups": { enabled: false },
  "stackbook:monitoring": { enabled: true, scrapeSeconds: 5, dashboards: { enabled: false }, logs: { enabled: false } },
  "stackbook:alerts": { channels: { desk: { kind: "webhook" } }, routes: { page: ["desk"], ticket: [], digest: [] }, notices: ["desk"] },
  "stackbook:systems": { motel: { version: "1.0.0" } },
});

const minuteMs = 60_000;
/** So that the update that plans it is done on a busy machine too. */
const aheadMinutes = 6;
const lastsMinutes = 4;

describe("a planned window on a watched stack", function () {
  this.timeout(1_800_000);
  let webhooks: WebhookReceiver;
  let outputs: MonitoringOutputs;
  let motel: Visitor;
  let prometheus: PrometheusClient;
  let from = 0;
  let release = 0;

  const status = async (path = "/"): Promise<number> => (await motel.ask(path)).status;
  const until = async (what: string, holds: () => Promise<boolean>, end: number): Promise<void> => {
    while (!(await holds())) {
      if (Date.now() > end) assert.fail(`${what}: not by ${new Date(end).toISOString()}`);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  };
  const at = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, Math.max(0, ms - Date.now())));
  const told = (title: RegExp) => ({ annotations }: Arrival): boolean => title.test(annotations["title"] ?? "");
  const isPage = ({ labels }: Arrival): boolean => labels["severity"] === "page" && labels["system"] === "motel";
  const backend = async () => {
    const [found] = await containersOf(clone.stack, { system: "motel", service: "backend", role: "app" });
    return engine.getContainer(found?.Id ?? assert.fail("no backend"));
  };

  before(async () => {
    webhooks = await WebhookReceiver.open(await gatewayAddress());
    await clone.start();
    await clone.must("config", "set", "--secret", "alerts:desk", webhooks.url("/desk"));
    await clone.up();
    // The monitoring's outputs are more than all tests read.
    outputs = (await clone.outputs()) as unknown as MonitoringOutputs;
    motel = new Visitor(`https://motel.localhost:${httpsPort}`, outputs.caCertificate);
    prometheus = new PrometheusClient(outputs.monitoring.prometheus ?? "", outputs.caCertificate, outputs.credentials.monitoring.operator);
  });
  after(async () => {
    prometheus.close();
    await clone.destroy();
    await webhooks.close();
  });

  it("is told ahead, on the page and to the channels", async () => {
    from = (Math.ceil(Date.now() / minuteMs) + aheadMinutes) * minuteMs;
    await clone.done("maintenance", "schedule", "motel", "--from", new Date(from).toISOString(), "--for", `${lastsMinutes}m`, "--message", "New rooms are being added.");
    release = (await clone.outputs()).release.number;
    assert.equal(await status(), 200);
    await webhooks.alerts.until("the notice", told(/^MAINTENANCE PLANNED: Motel Manager/), 90);
    const page = new Visitor(outputs.monitoring.status ?? "", outputs.caCertificate);
    const { closed } = await page.json<{ closed: { startsAt: string; active: boolean }[] }>("/api/status.json");
    page.close();
    assert.deepEqual(closed.map(({ active, startsAt }) => [startsAt, active]), [[new Date(from).toISOString(), false]]);
    assert.ok(Date.now() < from, "all of this came before it begins");
  });

  it("opens by itself, and wakes nobody for what breaks in it", async () => {
    await at(from - 2000);
    assert.equal(await status(), 200);
    await until("the window opens", async () => (await status()) === 503, from + 5000);
    assert.ok(Date.now() >= from);
    await (await backend()).stop();
    await webhooks.alerts.until("the notice", told(/^MAINTENANCE BEGUN: Motel Manager/), 90);
    await until("Prometheus knows", async () => (await prometheus.value('system:maintenance:bool{system="motel"}')) === 1, from + 2 * minuteMs);
    await until("it is seen to be down", async () => (await prometheus.alerts()).some(({ labels, state }) => labels["alertname"] === "ServiceDown" && state === "firing"), from + 3 * minuteMs);
    await at(from + lastsMinutes * minuteMs - 5000);
    assert.deepEqual(webhooks.alerts.all.filter(isPage), []);
    assert.equal(await status(), 503);
  });

  it("closes by itself, and tells of what is still broken", async () => {
    const end = from + lastsMinutes * minuteMs;
    await until("the window closes", async () => (await status()) === 200, end + 5000);
    assert.ok(Date.now() >= end);
    const page = await webhooks.alerts.until("a page", isPage, 90);
    assert.ok(page.at.getTime() >= end);
    await webhooks.alerts.until("the notice", told(/^MAINTENANCE OVER: Motel Manager/), 90);
    assert.equal((await clone.outputs()).release.number, release, "no update was made meanwhile");
    await (await backend()).start();
  });
});
