// Slow: five systems with their monitoring, faults and the waits of alerts take over ten minutes on two busy cores
import assert from "node:assert/strict";
import { systemIds } from "../../../systems";
import { containersOf } from "../support/engine";
import type { Arrival } from "../support/receivers/webhook";
import { channels, site, systemsConfig } from "./support/site";

/** Alertmanager's 50 s, found at a tick of 30 s, on a busy machine. */
const aliveSeconds = 75;

describe("what a watched stack tells people by itself", function () {
  this.timeout(300_000);
  const running = site.use();

  it("tells the notices' channels of a new version, once", async () => {
    const { stack, webhooks, mailbox } = running();
    await stack.configure({ "stackbook:systems": systemsConfig({ mps: "1.1.0" }) });
    await stack.mustUp();
    const tells = ({ path, annotations }: Arrival): boolean => path === channels.notices && (annotations["text"] ?? "").includes("1.1.0");
    const notice = await webhooks.alerts.until("the notice of MPS 1.1.0", tells, 60);
    assert.deepEqual([notice.labels["kind"], notice.labels["system"], notice.labels["severity"]], ["deploy", "mps", "notice"]);
    assert.match(notice.annotations["text"] ?? "", /1\.0\.0/, "what ran before");
    const mail = await mailbox.mails.until("a mail of MPS 1.1.0", ({ subject, text }) => `${subject} ${text}`.includes("1.1.0"), 30);
    assert.match(mail.subject, /MPS/);
    // One for each system that came with the stack, and this one.
    const notices = webhooks.alerts.all.filter(({ path }) => path === channels.notices);
    assert.equal(notices.length, systemIds.length + 1, notices.map(({ annotations }) => annotations["title"]).join("; "));
    assert.equal(notices.filter(tells).length, 1);
  });

  it("calls the dead man's switch every minute", async () => {
    const { webhooks } = running();
    const calls = (): Date[] => webhooks.calls.all.filter(({ path }) => path === channels.alive).map(({ at }) => at);
    await webhooks.calls.until("a third call", () => calls().length >= 3, 3 * aliveSeconds);
    const gaps = calls().slice(1).map((at, n) => (at.getTime() - (calls()[n]?.getTime() ?? 0)) / 1000);
    assert.ok(gaps.every((gap) => gap <= aliveSeconds), `seconds between calls: ${gaps.join(", ")}`);
  });

  it("refuses a configuration that would leave people untold, all of it at once, before anything changes", async () => {
    const { stack, webhooks } = running();
    const before = (await containersOf(stack.name)).map(({ Id }) => Id).sort();
    const good = stack.read("stackbook:alerts") as Record<string, Record<string, unknown>>;
    const goodMonitoring = stack.read("stackbook:monitoring") as Record<string, unknown>;
    await stack.configure({
      "stackbook:monitoring": { ...goodMonitoring, timeZone: "Europe/Atlantis" },
      "stackbook:alerts": {
        ...good,
        channels: { ...good["channels"], oncall: { kind: "slack" } },
        routes: { ...good["routes"], page: ["pager", "pagr"] },
        maintenance: { night: { systems: ["memo"], days: ["sunday"], from: "26:00", to: "04:00" } },
        thresholds: { sms: { "error-rate": { ticket: 8, page: 5 } } },
      },
    });
    const { code, output } = await stack.up();
    await stack.configure({ "stackbook:alerts": good, "stackbook:monitoring": goodMonitoring });
    assert.notEqual(code, 0);
    for (const part of [/monitoring\.timeZone.*Europe\/Atlantis/, /alerts:oncall/, /alerts\.routes\.page.*pagr/, /alerts\.maintenance\.night\.from.*26:00/, /alerts\.thresholds\.sms\.error-rate/]) assert.match(output, part);
    assert.ok(!output.includes(webhooks.url(channels.pager)), "no address of a channel is shown");
    assert.deepEqual((await containersOf(stack.name)).map(({ Id }) => Id).sort(), before);
  });
});
