import assert from "node:assert/strict";
import * as path from "node:path";
import { Checkout } from "./checkout";

const folder = path.join("bootstrap", "backups");

/** Previewed only: creating a bucket takes the official plugin and an account. */
describe("the program of the backup bucket", function () {
  this.timeout(300_000);

  let checkout: Checkout;
  before(async () => {
    checkout = await Checkout.create({ PULUMI_CONFIG_PASSPHRASE: "test" });
    const made = await checkout.run("-C", folder, "stack", "init", "prod");
    assert.equal(made.code, 0, made.output);
  });
  after(() => checkout.close());

  it("makes a bucket that the policies let pass, from the example's settings", async () => {
    const file = path.join(checkout.folder, folder, "Pulumi.example.yaml");
    const { code, output } = await checkout.run("-C", folder, "preview", "--stack", "prod", "--config-file", file, "--policy-pack", path.join(checkout.folder, "policies"));
    assert.equal(code, 0, output);
    for (const part of ["aws:s3:Bucket backups", "aws:s3:BucketPublicAccessBlock", "aws:s3:BucketObjectLockConfiguration", "aws:s3:BucketLifecycleConfiguration", "aws:kms:Key", "aws:iam:AccessKey backup-writer", "MetricAlarm sms-backup-age-page"]) {
      assert.ok(output.includes(part), `${part} is not in\n${output}`);
    }
    assert.match(output, /store\s*: \{\s*bucket: "example-stackbook-backups"/);
    assert.doesNotMatch(output, /\[mandatory\]/);
  });
});
