// Slow: five systems with their monitoring, faults and the waits of alerts take over ten minutes on two busy cores
import assert from "node:assert/strict";
import type { SystemId } from "../../../systems";
import { engine } from "../support/engine";
import type { Mail } from "../support/receivers/mailbox";
import type { Arrival } from "../support/receivers/webhook";
import { shortenWaits } from "./support/rules";
import { channels, site as shared } from "./support/site";

/** The runbooks' waits (`for`) are shortened to this, see shortenWaits. */
const waitSeconds = 10;

/** From fault to notification: the wait and 45 s, which is the aim of the bench, and as much again on a busy machine. */
const patienceSeconds = waitSeconds + 90;

interface Fault {
  readonly what: string;
  readonly alertname: string;
  readonly system: SystemId | "stack";
  readonly severity: "page" | "ticket";
  /** Over as soon as it is repaired, where nothing is counted over minutes. */
  readonly endsAtOnce: boolean;
}

const stoppedBackend: Fault = { what: "a stopped backend", alertname: "ServiceDown", system: "motel", severity: "page", endsAtOnce: true };
const killedDatabase: Fault = { what: "a killed database", alertname: "DatabaseDown", system: "memo", severity: "page", endsAtOnce: true };
const errors: Fault = { what: "errors", alertname: "ErrorRate", system: "sms", severity: "page", endsAtOnce: false };
const latency: Fault = { what: "latency", alertname: "ResponseTime", system: "fetms", severity: "ticket", endsAtOnce: false };
const fullDisk: Fault = { what: "a full disk", alertname: "HostDisk", system: "stack", severity: "page", endsAtOnce: true };
const oldCertificate: Fault = { what: "a certificate near its end", alertname: "CertificateEnds", system: "stack", severity: "ticket", endsAtOnce: false };
const faults = [stoppedBackend, killedDatabase, errors, latency, fullDisk, oldCertificate];

describe("what a fault tells people", function () {
  this.timeout(300_000);
  const running = shared.use();
  const words = new Map<Fault, Readonly<Record<string, string>>>();

  before(async () => {
    const site = running();
    // The tickets' receiver is away from the start.
    site.webhooks.refuse(channels.tickets);
    assert.ok((await shortenWaits(site.stack.name, waitSeconds)) > 50, "rules have been shortened");
    site.disk?.fill(97);
    await Promise.all([
      engine.getContainer(await site.container({ system: "motel", service: "backend" })).stop({ t: 1 }),
      engine.getContainer(await site.container({ system: "memo", role: "database" })).kill(),
      site.worker("sms").pushFault({ errorRatio: 0.6, seconds: 900 }),
      site.worker("fetms").pushFault({ delayMs: 2500, seconds: 900 }),
    ]);
  });

  for (const fault of faults) {
    it(`${fault.what}: somebody gets a ${fault.severity} by mail, with what it is and what to run`, async function () {
      if (fault === fullDisk && running().disk === undefined) return this.skip();
      const annotations = await firing(fault);
      const { subject, text, html } = await mailAbout(fault, "firing");
      assert.match(subject, /PAGE|TICKET/);
      for (const name of ["summary", "command", "runbook"]) {
        const words = annotations[name] ?? "";
        assert.ok(words !== "" && !/\{\{|<no value>|undefined|NaN/.test(words), `${name}: ${words}`);
        for (const [form, shown] of [["text", text], ["html", unescape(html)]] as const) assert.ok(steady(shown).includes(steady(words)), `the mail's ${form} lacks the ${name} "${words}":\n${shown}`);
      }
      assert.ok(text.includes(fault.severity.toUpperCase()), text);
    });
  }

  for (const fault of faults.filter(({ severity }) => severity === "page")) {
    it(`${fault.what}: the pager is called, with severity, words and command`, async function () {
      if (fault === fullDisk && running().disk === undefined) return this.skip();
      const { labels, annotations } = await arrival(fault, "firing", channels.pager);
      assert.equal(labels["severity"], "page");
      for (const name of ["summary", "description", "command", "runbook"]) assert.ok((annotations[name] ?? "") !== "", `${name} is missing`);
    });
  }

  it("names the container, the disk or the address that it is about", async function () {
    const { disk, stack } = running();
    const command = async (fault: Fault): Promise<string> => (await arrival(fault, "firing", channels.pager)).annotations["command"] ?? "";
    assert.ok((await command(killedDatabase)).includes(`stackbook.stack=${stack.name}`));
    if (disk === undefined) return this.skip();
    assert.equal((await arrival(fullDisk, "firing", channels.pager)).labels["mountpoint"], disk.mountpoint);
  });

  it("a system that is down does not also page for its errors", async () => {
    const { prometheus, webhooks } = running();
    const share = (): Promise<number | undefined> => prometheus.value('max(service:edge_5xx:share{system="motel"})');
    for (const end = Date.now() + patienceSeconds * 1000; ((await share()) ?? 0) <= 0.05; await new Promise((resolve) => setTimeout(resolve, 2000))) assert.ok(Date.now() < end, "visitors of Motel get errors");
    // The wait of the alert, and longer than a page is held back for others to join it.
    await new Promise((resolve) => setTimeout(resolve, (waitSeconds + 16) * 1000));
    assert.ok(((await share()) ?? 0) > 0.05, "visitors of Motel still get errors");
    assert.deepEqual(webhooks.alerts.all.filter(({ labels, path }) => path === channels.pager && labels["system"] === "motel" && labels["class"] !== "down").map(({ labels }) => labels["alertname"]), []);
  });

  it("a receiver that was away gets its tickets when it is back", async () => {
    const { webhooks, prometheus } = running();
    assert.ok((webhooks.refused.get(channels.tickets) ?? 0) > 0, "tickets were tried");
    // Of a ticket it counts as failed, and is alerted on, when five minutes of trying are over; each try counts at once.
    assert.ok(((await prometheus.value(`sum(alertmanager_notification_requests_failed_total{integration="webhook"})`)) ?? 0) > 0, "failures are counted");
    assert.deepEqual(webhooks.alerts.all.filter(({ path }) => path === channels.tickets), []);
    webhooks.accept(channels.tickets);
    for (const fault of faults.filter(({ severity }) => severity === "ticket")) await arrival(fault, "firing", channels.tickets);
  });

  describe("when it is repaired", () => {
    before(async () => {
      const site = running();
      site.disk?.empty();
      await Promise.all([
        engine.getContainer(await site.container({ system: "motel", service: "backend" })).start(),
        engine.getContainer(await site.container({ system: "memo", role: "database" })).start(),
        site.worker("sms").endFault(),
        site.worker("fetms").endFault(),
      ]);
    });

    for (const fault of faults.filter(({ endsAtOnce }) => endsAtOnce)) {
      it(`${fault.what}: the pager and the mailbox are told that it is over`, async function () {
        if (fault === fullDisk && running().disk === undefined) return this.skip();
        await arrival(fault, "resolved", channels.pager);
        await mailAbout(fault, "resolved");
      });
    }

    it("nobody is paged for errors of the time in which the system was down", () => {
      const late = running().webhooks.alerts.all.filter(({ labels, path, status }) => path === channels.pager && status === "firing" && labels["system"] === "motel" && labels["class"] !== "down");
      assert.deepEqual(late.map(({ labels }) => labels["alertname"]), []);
    });
  });

  function isAbout(fault: Fault, labels: Readonly<Record<string, string>>): boolean {
    return labels["alertname"] === fault.alertname && labels["system"] === fault.system && labels["severity"] === fault.severity;
  }

  function arrival(fault: Fault, status: "firing" | "resolved", path: string): Promise<Arrival> {
    return running().webhooks.alerts.until(`${fault.what}, ${status}, at ${path}`, (alert) => alert.path === path && alert.status === status && isAbout(fault, alert.labels), patienceSeconds);
  }

  /** The words as the rule has them; kept, as they are gone from Prometheus when the alert is over. */
  async function firing(fault: Fault): Promise<Readonly<Record<string, string>>> {
    for (const end = Date.now() + patienceSeconds * 1000; !words.has(fault); await new Promise((resolve) => setTimeout(resolve, 1000))) {
      const found = (await running().prometheus.alerts()).find(({ labels, state }) => state === "firing" && isAbout(fault, labels));
      if (found !== undefined) words.set(fault, found.annotations);
      else assert.ok(Date.now() < end, `${fault.what}: ${fault.alertname} of ${fault.system} does not fire as a ${fault.severity}`);
    }
    return words.get(fault) ?? {};
  }

  /** Of the part that is on, or of the part that is over: one mail may tell of both. */
  async function mailAbout(fault: Fault, status: "firing" | "resolved"): Promise<Mail> {
    const { summary = "?" } = await firing(fault);
    return running().mailbox.mails.until(
      `a mail that ${fault.what} is ${status}`,
      ({ text }) => steady(text).split(/(?=RESOLVED: )/).some((part) => part.startsWith("RESOLVED: ") === (status === "resolved") && part.includes(steady(summary))),
      patienceSeconds,
    );
  }
});

/** Figures change from one look to the next; what is said of them does not. */
function steady(text: string): string {
  return text.replace(/\d[\d.,]*( ?(%|[mµ]?s\b|[mhd]\b|days?\b|hours?\b|minutes?\b))?/g, "#").replace(/#(\s*#)+/g, "#").replace(/\s+/g, " ");
}

function unescape(html: string): string {
  return html.replace(/&#34;|&quot;/g, '"').replace(/&#39;/g, "'").replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&#43;/g, "+").replace(/&amp;/g, "&");
}
