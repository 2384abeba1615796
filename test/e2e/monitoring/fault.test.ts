import assert from "node:assert/strict";
import { engine } from "../support/engine";
import { shortenWaits } from "./support/rules";
import { channels, Site } from "./support/site";

/** In place of the runbook's minute, see shortenWaits. */
const waitSeconds = 10;
const patienceSeconds = waitSeconds + 90;

/** One system and one fault, all the way; faults.full.ts has five systems and every kind of fault. */
describe("a watched system that goes down", function () {
  this.timeout(300_000);
  const running = new Site("e2e-fault", ["motel"], { httpPort: 27180, httpsPort: 27543 }).use();

  const pagerSays = (status: "firing" | "resolved") =>
    running().webhooks.alerts.until(
      `ServiceDown of Motel, ${status}`,
      (alert) => alert.path === channels.pager && alert.status === status && alert.labels["alertname"] === "ServiceDown" && alert.labels["system"] === "motel",
      patienceSeconds,
    );

  it("pages by web hook and by mail, with severity, words and the command to run", async () => {
    const site = running();
    const { stack, mailbox } = site;
    assert.ok((await shortenWaits(stack.name, waitSeconds)) > 50, "rules have been shortened");
    await engine.getContainer(await site.container({ system: "motel", service: "backend" })).stop({ t: 1 });
    const { labels, annotations } = await pagerSays("firing");
    assert.equal(labels["severity"], "page");
    const command = annotations["command"] ?? "";
    assert.ok(command.startsWith(`npx stackbook --stack ${stack.name} `) && command.includes("motel backend"), command);
    const mail = await mailbox.mails.until("a mail of it", ({ text }) => text.includes(annotations["summary"] ?? "?"), patienceSeconds);
    assert.match(mail.subject, /PAGE.*motel/i);
    assert.ok(mail.text.replace(/\s+/g, " ").includes(command.replace(/\s+/g, " ")), mail.text);
  });

  it("is told to be over when it is back, and pages nobody for the errors of that time", async () => {
    const site = running();
    const { mailbox, webhooks } = site;
    await engine.getContainer(await site.container({ system: "motel", service: "backend" })).start();
    await pagerSays("resolved");
    await mailbox.mails.until("a mail that it is over", ({ text }) => text.includes("RESOLVED"), patienceSeconds);
    assert.deepEqual(webhooks.alerts.all.filter(({ labels, path }) => path === channels.pager && labels["class"] !== "down").map(({ labels }) => labels["alertname"]), []);
  });
});
