import assert from "node:assert/strict";
import * as path from "node:path";
import { Checkout } from "./checkout";

const folder = path.join("bootstrap", "state");

/** Previewed only: creating a bucket takes the official plugin and an account. What it allows is tried in test/e2e/aws/state.full.ts. */
describe("the program of the state's backend", function () {
  this.timeout(300_000);

  let checkout: Checkout;
  before(async () => {
    checkout = await Checkout.create({ PULUMI_CONFIG_PASSPHRASE: "test" });
    const made = await checkout.run("-C", folder, "stack", "init", "prod");
    assert.equal(made.code, 0, made.output);
  });
  after(() => checkout.close());

  it("makes a bucket that the policies let pass, its keys and CI's roles, from the example's settings", async () => {
    const file = path.join(checkout.folder, folder, "Pulumi.example.yaml");
    const { code, output } = await checkout.run("-C", folder, "preview", "--stack", "prod", "--config-file", file, "--policy-pack", path.join(checkout.folder, "policies"));
    assert.equal(code, 0, output);
    for (const part of ["aws:s3:Bucket state", "aws:kms:Key secrets-key", "aws:iam:OpenIdConnectProvider github", "aws:iam:Role previews", "aws:iam:Role deploy-staging", "aws:iam:Role deploy-prod"]) {
      assert.ok(output.replace(/ +/g, " ").includes(part), `${part} is not in\n${output}`);
    }
    assert.doesNotMatch(output, /\[mandatory\]/);
  });
});
