// Slow: a stack with monitoring and backups, and versions that are watched for minutes
import assert from "node:assert/strict";
import { gatewayAddress } from "../support/receivers/gateway";
import { WebhookReceiver, type Arrival } from "../support/receivers/webhook";
import { failuresOf, Scene, type DeployAnswer } from "./support/scene";

const path = "/notices";
const scene = new Scene("e2e-deploy-watch", 34443, {
  "stackbook:monitoring": { enabled: true, scrapeSeconds: 5 },
  "stackbook:backups": { enabled: true },
  "stackbook:alerts": {
    channels: { notices: { kind: "webhook" }, tickets: { kind: "webhook" } },
    routes: { page: ["tickets"], ticket: ["tickets"], digest: ["tickets"] }, notices: ["notices"],
  },
});
const { clone } = scene;

describe("a deploy of a watched stack", function () {
  this.timeout(1_800_000);
  let receiver: WebhookReceiver;
  before(async () => {
    receiver = await WebhookReceiver.open(await gatewayAddress());
  });
  const visitors = scene.forSuite({ clients: 8, secrets: () => ({ "alerts:notices": receiver.url(path), "alerts:tickets": receiver.url("/tickets") }) });
  after(() => receiver.close());

  /** A notice of this version, once it is there. */
  const told = (title: RegExp): Promise<Arrival> => receiver.alerts.until(`a notice ${String(title)}`, (arrival) => arrival.path === path && title.test(arrival.annotations["title"] ?? ""), 90);

  it("is judged by errors and times from the edge's log, has a backup of before, and the channels read its beginning and its end", async () => {
    const { out } = await clone.done("deploy", "motel", "1.1.0", "--watch", "40s", "--yes", "--json", "--why", "CHG-4711");
    const { backup, result, watch } = JSON.parse(out) as DeployAnswer & { readonly backup: string | null };
    assert.deepEqual([result, watch?.outcome, watch?.judged], ["done", "well", true]);
    assert.match(watch?.summary ?? "", /^[\d,]+ requests, 0 % failed, p95 of the backend \d+ ms/);
    assert.match(backup ?? "", /^motel\/deploy\//);
    const begins = await told(/^DEPLOY BEGINS: motel 1\.0\.0 to 1\.1\.0$/);
    assert.deepEqual([begins.labels["kind"], begins.labels["system"], begins.labels["severity"]], ["deploy", "motel", "notice"]);
    assert.match(begins.annotations["text"] ?? "", /Why: CHG-4711\nWho: \S+@\S+/);
    assert.match((await told(/^DEPLOYED: motel 1\.0\.0 to 1\.1\.0$/)).annotations["text"] ?? "", /motel 1\.1\.0 runs\. Watched for 40 s: [\d,]+ requests/);
  });

  it("takes a version back that is slow, which nothing but its times tells, and says so to the channels, the history and the audit", async () => {
    const { code, output } = await clone.stackbook("deploy", "motel", "1.2.0-slow", "--watch", "5m", "--yes");
    assert.equal(code, 3, output);
    const why = String.raw`p95 of the backend is \d{4} ms over \d+ requests \(limit 500 ms; \d+ ms before\)`;
    assert.match(output, new RegExp(String.raw`motel 1\.2\.0-slow was ROLLED BACK to 1\.1\.0 by itself:\s+${why}`));
    assert.match((await scene.history())[0] ?? "", new RegExp(`^deploy motel 1\\.2\\.0-slow: rolled back by itself: ${why}`));
    const notice = await told(/^ROLLED BACK: motel 1\.2\.0-slow to 1\.1\.0$/);
    assert.equal(notice.labels["kind"], "rollback");
    assert.match(notice.annotations["text"] ?? "", new RegExp(`was rolled back to 1\\.1\\.0 by itself: ${why}`));
    assert.match((await clone.done("audit", "motel")).out, new RegExp(`deploy motel 1\\.2\\.0-slow[\\s\\S]*${why}`));
    await scene.isAt("1.1.0");
  });

  it("compares a candidate's times with the old version's in the same minutes", async () => {
    const { code, output } = await clone.stackbook("deploy", "motel", "1.3.0-slow", "--gradual", "50,100", "--step", "5m", "--yes");
    assert.equal(code, 3, output);
    assert.match(output, /ROLLED BACK to 1\.1\.0 by itself:\s+p95 of the backend is \d{4} ms over \d+ requests \(limit 500 ms; \d{1,3} ms before\)/);
    assert.deepEqual([await scene.running(), scene.motel()], [["a 1.1.0"], { version: "1.1.0" }]);
  });

  it("drops no request, however slow", async () => {
    assert.deepEqual(await failuresOf(visitors.load, 500), {});
  });
});
