// Slow: installs moto from PyPI, and runs the CLI against a backend in it.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateBucketCommand, DeleteObjectCommand, GetBucketLifecycleConfigurationCommand, GetBucketPolicyCommand, ListObjectVersionsCommand, PutBucketLifecycleConfigurationCommand, PutBucketPolicyCommand, PutBucketVersioningCommand, S3Client } from "@aws-sdk/client-s3";
import { stateRule } from "../../../platforms/aws/state";
import { deployPolicy, previewPolicy, stateBucketPolicy } from "../../../platforms/aws/state/policies";
import { pulumiEnvironment, repository } from "../../engine/support";
import { Moto, type Keys } from "../backups/support/moto";

const bucket = "acme-state";
const places = { bucket: `arn:aws:s3:::${bucket}`, bucketKey: "*", secretsKey: "*" };

interface Ran {
  readonly code: number;
  readonly output: string;
}

describe("states of stacks in a bucket, put to moto", function () {
  this.timeout(600_000);

  let moto: Moto;
  let owner: S3Client;
  let folder: string;
  let base: NodeJS.ProcessEnv;
  const root = { accessKeyId: "root", secretAccessKey: "root" };
  let deploys: Keys;
  let previews: Keys;
  let admin: Keys;
  before(async () => {
    moto = await Moto.start();
    owner = new S3Client({ endpoint: moto.endpoint, region: "us-east-1", forcePathStyle: true, credentials: root });
    await owner.send(new CreateBucketCommand({ Bucket: bucket }));
    await owner.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status: "Enabled" } }));
    folder = mkdtempSync(join(tmpdir(), "stackbook-state-"));
    writeFileSync(join(folder, "Pulumi.yaml"), "name: stackbook\nruntime: nodejs\n");
    writeFileSync(join(folder, "package.json"), '{ "name": "stackbook", "main": "index.js" }');
    writeFileSync(join(folder, "index.js"), 'exports.says = new (require("@pulumi/pulumi").Config)().get("says") ?? "nothing";\n');
    symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"));
    base = await pulumiEnvironment();
    deploys = await moto.user("deploy-prod", JSON.stringify(deployPolicy(places, { project: "stackbook", stack: "prod", region: "us-east-1", account: "123456789012", namePrefix: "stackbook-prod" })));
    previews = await moto.user("previews", JSON.stringify(previewPolicy(places)));
    admin = await moto.user("admin", JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] }));
  });
  after(() => {
    moto.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const pulumi = (keys: Keys, ...args: string[]): Promise<Ran> =>
    new Promise((resolve) => {
      const home = join(folder, "home");
      mkdirSync(home, { recursive: true });
      const env = {
        ...base, HOME: home, PULUMI_HOME: join(home, ".pulumi"), PULUMI_CONFIG_PASSPHRASE: "test", PULUMI_SKIP_UPDATE_CHECK: "true", AWS_ACCESS_KEY_ID: keys.accessKeyId, AWS_SECRET_ACCESS_KEY: keys.secretAccessKey, AWS_REGION: "us-east-1",
        PULUMI_BACKEND_URL: `s3://${bucket}?region=us-east-1&endpoint=${moto.endpoint.replace("http://", "")}&disableSSL=true&s3ForcePathStyle=true`,
      };
      execFile("pulumi", args, { cwd: folder, env }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : 1, output: stdout + stderr });
      });
    });
  const ok = ({ code, output }: Ran): string => {
    assert.equal(code, 0, output);
    return output;
  };

  it("takes lifecycle and policy, and has them letter for letter", async () => {
    const { abortIncompleteMultipartUpload, expiration, filter, id, noncurrentVersionExpiration, status } = stateRule(90);
    const rule = { ID: id, Status: status, Filter: { Prefix: filter.prefix }, Expiration: { ExpiredObjectDeleteMarker: expiration.expiredObjectDeleteMarker }, NoncurrentVersionExpiration: { NoncurrentDays: noncurrentVersionExpiration.noncurrentDays }, AbortIncompleteMultipartUpload: { DaysAfterInitiation: abortIncompleteMultipartUpload.daysAfterInitiation } };
    await owner.send(new PutBucketLifecycleConfigurationCommand({ Bucket: bucket, LifecycleConfiguration: { Rules: [rule] } }));
    assert.deepEqual((await owner.send(new GetBucketLifecycleConfigurationCommand({ Bucket: bucket }))).Rules, [rule]);
    // On a bucket of its own: moto, which is spoken to in the clear, holds to it.
    await owner.send(new CreateBucketCommand({ Bucket: "acme-policy" }));
    const policy = JSON.stringify(stateBucketPolicy("arn:aws:s3:::acme-policy"));
    await owner.send(new PutBucketPolicyCommand({ Bucket: "acme-policy", Policy: policy }));
    assert.deepEqual(JSON.parse((await owner.send(new GetBucketPolicyCommand({ Bucket: "acme-policy" }))).Policy ?? ""), JSON.parse(policy));
  });

  /** Moto holds requests to users' policies, but for their conditions. */
  it("lets a deploy update its own stack and no other, and a preview look and change nothing", async () => {
    ok(await pulumi(root, "stack", "init", "prod"));
    ok(await pulumi(root, "stack", "init", "staging"));
    await moto.enforce();

    ok(await pulumi(deploys, "config", "set", "says", "one", "--stack", "prod"));
    ok(await pulumi(deploys, "up", "--yes", "--stack", "prod"));
    assert.match(ok(await pulumi(deploys, "stack", "output", "says", "--stack", "prod")), /^one/);
    const other = await pulumi(deploys, "up", "--yes", "--stack", "staging");
    assert.equal(other.code, 1, other.output);
    assert.match(other.output, /AccessDenied|Forbidden|403/);

    ok(await pulumi(previews, "preview", "--stack", "prod"));
    const refused = await pulumi(previews, "up", "--yes", "--stack", "prod");
    assert.equal(refused.code, 1, refused.output);
    assert.match(refused.output, /AccessDenied|Forbidden|403/);
    assert.match(ok(await pulumi(deploys, "stack", "output", "says", "--stack", "prod")), /^one/);
  });

  it("keeps each state that was overwritten, and lets no deploy lose one", async () => {
    ok(await pulumi(deploys, "config", "set", "says", "two", "--stack", "prod"));
    ok(await pulumi(deploys, "up", "--yes", "--stack", "prod"));
    const client = (credentials: Keys): S3Client => new S3Client({ endpoint: moto.endpoint, region: "us-east-1", forcePathStyle: true, credentials });
    const Key = ".pulumi/stacks/stackbook/prod.json";
    const { Versions = [] } = await client(admin).send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix: Key }));
    const own = Versions.filter((version) => version.Key === Key);
    assert.ok(own.length >= 2, `${own.length} versions`);
    await assert.rejects(client(deploys).send(new DeleteObjectCommand({ Bucket: bucket, Key, VersionId: own.at(-1)?.VersionId })), /AccessDenied|Access Denied|Forbidden/);
  });
});
