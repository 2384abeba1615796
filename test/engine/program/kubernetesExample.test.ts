import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { certificate, certificateKey } from "../../unit/config/fixtures";
import { FakeCluster, kubeconfig } from "../../support/fakeCluster";
import { repository } from "../support";
import { Checkout } from "./checkout";

describe("the example of a stack on Kubernetes with backups in S3", function () {
  this.timeout(300_000);
  let cluster: FakeCluster;
  let checkout: Checkout;
  before(async () => {
    cluster = await FakeCluster.start();
    checkout = await Checkout.create({ STACKBOOK_RECORDER: "1", KUBECONFIG: join(cluster.folder, "operators") });
    await checkout.stack("kubernetes", readFileSync(join(repository, "examples/Pulumi.kubernetes.yaml"), "utf8"));
  });
  after(async () => {
    checkout.close();
    await cluster.close();
  });
  const preview = () => checkout.run("preview", "--stack", "kubernetes", "--policy-pack", "policies");

  it("names exactly what has to be put in its place", async () => {
    const { code, output } = await preview();
    assert.notEqual(code, 0);
    assert.match(output, /has 2 problems; nothing was changed/);
    for (const key of ["edge:certificate", "edge:privateKey"]) assert.match(output, new RegExp(`${key} is missing`));
    const set = await checkout.run("config", "set-all", "--stack", "kubernetes", "--secret", `edge:certificate=${certificate}`, "--secret", `edge:privateKey=${certificateKey}`);
    assert.equal(set.code, 0, set.output);
    const without = await preview();
    assert.match(without.output, /kubernetes\.context is of no use/);
  });

  it("previews then as it stands, and no policy has anything against it but that nothing of Stackbook's watches there", async () => {
    writeFileSync(join(cluster.folder, "operators"), kubeconfig(cluster.url, { context: "production" }));
    const { code, output } = await preview();
    assert.equal(code, 0, output.slice(output.search(/Policies:/)));
    assert.match(output, /\+ \d{3} to create/);
    assert.match(output, /stackbook.*policies|Policies/i, "the pack ran");
    assert.deepEqual([...new Set([...output.matchAll(/\[(mandatory|advisory)\]\s+([a-z-]+)/g)].map(([, level = "", rule = ""]) => `${level} ${rule}`))], ["advisory alerts-present"]);
    assert.doesNotMatch(output, /exception of/);
    assert.deepEqual(cluster.jobs, []);
  });
});
