import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { readSettings } from "../../../bootstrap/state/settings";
import type { StateBackend, StateBackendArgs } from "../../../platforms/aws/state";
import { deployPolicy, previewPolicy } from "../../../platforms/aws/state/policies";
import { deploySubjects, previewSubjects, trustPolicy } from "../../../platforms/aws/state/trust";
import { valueOf } from "../program/mocks";

const example = (parse(readFileSync(join(__dirname, "../../../bootstrap/state/Pulumi.example.yaml"), "utf8")) as { config: Record<string, unknown> }).config;
/** As Pulumi hands it over: text as it is, everything else as JSON. */
const values = (more: Record<string, unknown> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries({ ...example, ...more }).filter(([, value]) => value !== undefined).map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]));

const github = { kind: "github", repository: "example/stackbook" } as const;
const gitlab = { kind: "gitlab", project: "example/stackbook", url: "https://gitlab.example.org" } as const;
const settings: StateBackendArgs = {
  account: "123456789012", bucket: "example-stackbook-state", region: "eu-central-1", oldVersionsDays: 90, project: "stackbook",
  stacks: [{ name: "staging", namePrefix: "stackbook-staging" }, { name: "prod", namePrefix: "stackbook-prod" }], ci: [github],
};
const places = { bucket: "arn:aws:s3:::state", bucketKey: "arn:aws:kms:eu-central-1:1:key/state", secretsKey: "arn:aws:kms:eu-central-1:1:key/secrets" };

describe("the settings of the stack that keeps states", () => {
  it("are the example's", () => {
    assert.deepEqual(readSettings(values(), "Pulumi.prod.yaml"), settings);
  });

  it("are refused with all that is wrong, at once", () => {
    const wrong = values({ "aws:region": undefined, "stackbook-state:account": "12", "stackbook-state:bucket": "State!", "stackbook-state:oldVersionsDays": 0, "stackbook-state:stacks": {}, "stackbook-state:ci": { github: { repository: "nobody" } } });
    assert.throws(() => readSettings(wrong, "Pulumi.prod.yaml"), (error: Error) => {
      assert.match(error.message, /^Pulumi\.prod\.yaml has 6 problems; keys are account, bucket, oldVersionsDays, stacks, ci:/);
      for (const part of [/aws:region: is missing/, /state:account: must be the account's twelve digits/, /state:bucket: must be/, /oldVersionsDays: must be 1-3650/, /stacks: must name one stack/, /ci\.github\.repository: must be <owner>\/<name>/]) assert.match(error.message, part);
      return true;
    });
  });

  it("takes an identity provider that the account has already, and GitLab's of one's own", () => {
    const arn = "arn:aws:iam::123456789012:oidc-provider/gitlab.example.org";
    const { ci } = readSettings(values({ "stackbook-state:ci": { gitlab: { project: gitlab.project, url: gitlab.url, provider: arn } } }), "x");
    assert.deepEqual(ci, [{ ...gitlab, provider: arn }]);
  });
});

describe("CI's roles", () => {
  const actionsOf = (policy: ReturnType<typeof previewPolicy>, effect: "Allow" | "Deny"): string[] => policy.Statement.filter(({ Effect }) => Effect === effect).flatMap(({ Action }) => Action);

  it("let previews read, and change nothing anywhere", () => {
    const actions = actionsOf(previewPolicy(places), "Allow");
    const verbs = /:(Describe|List|Get|View|Decrypt)/;
    assert.deepEqual(actions.filter((action) => !verbs.test(action)), []);
    // What tells what people keep, and what opens something.
    for (const secret of ["secretsmanager:GetSecretValue", "s3:GetObjectVersion", "logs:GetLogEvents", "sts:", "iam:GetUser", "*"]) assert.ok(!actions.some((action) => action === secret || (secret.endsWith(":") && action.startsWith(secret))), secret);
    assert.deepEqual(previewPolicy(places).Statement.find(({ Sid }) => Sid === "ReadStates")?.Resource, ["arn:aws:s3:::state/.pulumi/*"]);
  });

  it("let a deploy write the state of its own stack, in its own region, with roles of its own name", () => {
    const policy = deployPolicy(places, { project: "stackbook", stack: "prod", region: "eu-central-1", account: "1", namePrefix: "stackbook-prod" });
    const statement = (sid: string) => policy.Statement.find(({ Sid }) => Sid === sid) ?? assert.fail(sid);
    assert.deepEqual(statement("WriteItsState").Resource, ["stacks/stackbook/prod.json*", "history/stackbook/prod/*", "backups/stackbook/prod/*", "locks/organization/stackbook/prod/*"].map((path) => `arn:aws:s3:::state/.pulumi/${path}`));
    assert.deepEqual(statement("MakeTheStack").Condition, { StringEquals: { "aws:RequestedRegion": "eu-central-1" } });
    assert.deepEqual(statement("MakeItsRoles").Resource, ["arn:aws:iam::1:role/stackbook-prod-*"]);
    const allowed = actionsOf(policy, "Allow");
    for (const never of ["iam:CreateUser", "iam:CreateAccessKey", "iam:AttachRolePolicy", "iam:*", "s3:*", "*", "organizations:*"]) assert.ok(!allowed.includes(never), never);
    for (const denied of ["s3:DeleteObjectVersion", "s3:DeleteBucket", "kms:ScheduleKeyDeletion", "sts:AssumeRole"]) assert.ok(actionsOf(policy, "Deny").includes(denied), denied);
    assert.ok(JSON.stringify(policy).length < 10_240, "an inline policy of a role has 10,240 characters at most");
  });

  it("are taken by jobs of one repository, by environment or by branch", () => {
    assert.deepEqual(previewSubjects(github, ["staging", "prod"]), ["repo:example/stackbook:environment:staging-preview", "repo:example/stackbook:environment:prod-preview"]);
    assert.deepEqual(deploySubjects(github, "prod"), ["repo:example/stackbook:environment:prod", "repo:example/stackbook:environment:prod-drill"]);
    assert.deepEqual(deploySubjects(gitlab, "prod"), ["project_path:example/stackbook:ref_type:branch:ref:main"]);
    const [hub, lab] = trustPolicy([{ ci: github, provider: "one", subjects: deploySubjects(github, "prod") }, { ci: gitlab, provider: "two", subjects: previewSubjects(gitlab, []) }]).Statement;
    assert.deepEqual(hub?.Condition, { StringEquals: { "token.actions.githubusercontent.com:aud": "sts.amazonaws.com", "token.actions.githubusercontent.com:sub": ["repo:example/stackbook:environment:prod", "repo:example/stackbook:environment:prod-drill"] } });
    assert.deepEqual(lab?.Condition, { StringEquals: { "gitlab.example.org:aud": "sts.amazonaws.com" }, StringLike: { "gitlab.example.org:sub": ["project_path:example/stackbook:ref_type:branch:ref:*"] } });
  });
});

describe("the backend of states on AWS", () => {
  interface Recorded {
    readonly type: string;
    readonly name: string;
    readonly inputs: Readonly<Record<string, unknown>>;
  }
  let recorded: Recorded[] = [];
  const made: Readonly<Record<string, (name: string, inputs: Readonly<Record<string, unknown>>) => Record<string, unknown>>> = {
    "aws:s3/bucket:Bucket": (_, { bucket }) => ({ arn: `arn:aws:s3:::${String(bucket)}` }),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": () => ({}), "aws:s3/bucketOwnershipControls:BucketOwnershipControls": () => ({}), "aws:s3/bucketPolicy:BucketPolicy": () => ({}),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": () => ({}), "aws:s3/bucketVersioning:BucketVersioning": () => ({}), "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": () => ({}),
    "aws:kms/key:Key": (name) => ({ arn: `arn:aws:kms:eu-central-1:1:key/${name}`, keyId: name }), "aws:kms/alias:Alias": () => ({}),
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": (name) => ({ arn: `arn:aws:iam::1:oidc-provider/${name}` }),
    "aws:iam/role:Role": (_, { name }) => ({ arn: `arn:aws:iam::1:role/stackbook-ci/${String(name)}` }), "aws:iam/rolePolicy:RolePolicy": () => ({}),
  };

  async function create(args: Partial<StateBackendArgs> = {}): Promise<StateBackend> {
    recorded = [];
    await pulumi.runtime.setMocks({
      newResource({ inputs, name, type }) {
        const own = inputs as Record<string, unknown>;
        if (type.startsWith("stackbook:")) return { id: undefined, state: own };
        const make = made[type];
        if (make === undefined) throw new Error(`the mocks don't know ${type}`);
        recorded.push({ type, name, inputs: own });
        return { id: `${name}-id`, state: { ...own, ...make(name, own) } };
      },
      call({ token }) {
        throw new Error(`the mocks don't know the call ${token}`);
      },
    });
    const { StateBackend: Backend } = await import("../../../platforms/aws/state");
    const backend = new Backend("state", { ...settings, ...args });
    await valueOf(pulumi.all([backend.backend, backend.secretsProvider, backend.roles?.previews]));
    // Resources that nothing waits for are recorded a turn later.
    await new Promise((resolve) => setTimeout(resolve, 50));
    return backend;
  }
  const all = (type: string): Recorded[] => recorded.filter((resource) => resource.type.endsWith(`:${type}`));
  const one = (type: string, name?: string): Readonly<Record<string, unknown>> => all(type).find((resource) => name === undefined || resource.name === name)?.inputs ?? assert.fail(`${type} ${name ?? ""}`);

  it("is private, encrypted by a key of its own, versioned, and refuses plain connections", async () => {
    await create();
    assert.deepEqual(one("BucketPublicAccessBlock"), { bucket: "example-stackbook-state", blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true });
    assert.deepEqual(one("BucketServerSideEncryptionConfiguration")["rules"], [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: "arn:aws:kms:eu-central-1:1:key/state-key" }, bucketKeyEnabled: true }]);
    assert.deepEqual(one("BucketVersioning")["versioningConfiguration"], { status: "Enabled" });
    assert.match(String(one("BucketPolicy")["policy"]), /"aws:SecureTransport":"false"/);
    assert.deepEqual(all("Key").map(({ inputs }) => inputs["enableKeyRotation"]), [true, true]);
  });

  it("keeps old versions for the days asked for, and ends nothing that is current", async () => {
    await create({ oldVersionsDays: 365 });
    assert.deepEqual(one("BucketLifecycleConfiguration")["rules"], [{ id: "old-versions", status: "Enabled", filter: { prefix: "" }, expiration: { expiredObjectDeleteMarker: true }, noncurrentVersionExpiration: { noncurrentDays: 365 }, abortIncompleteMultipartUpload: { daysAfterInitiation: 2 } }]);
  });

  it("says how to log in, and has a role for each stack", async () => {
    const { backend, roles, secretsProvider } = await create();
    assert.equal(await valueOf(backend), "s3://example-stackbook-state?region=eu-central-1&awssdk=v2");
    assert.equal(await valueOf(secretsProvider), "awskms:///arn:aws:kms:eu-central-1:1:key/secrets-key?region=eu-central-1&awssdk=v2");
    assert.deepEqual(Object.keys(roles?.deploys ?? {}), ["staging", "prod"]);
    assert.deepEqual(all("Role").map(({ inputs }) => [inputs["name"], inputs["path"]]), [["example-stackbook-state-previews", "/stackbook-ci/"], ["example-stackbook-state-deploy-staging", "/stackbook-ci/"], ["example-stackbook-state-deploy-prod", "/stackbook-ci/"]]);
    assert.match(String(one("RolePolicy", "deploy-staging")["policy"]), /stacks\/stackbook\/staging\.json\*/);
    assert.doesNotMatch(String(one("RolePolicy", "deploy-staging")["policy"]), /stacks\/stackbook\/prod/);
    assert.match(String(one("Role", "previews")["assumeRolePolicy"]), /"Federated":"arn:aws:iam::1:oidc-provider\/github"/);
  });

  it("makes no role where nobody's CI is named, and no second provider where there is one", async () => {
    assert.equal((await create({ ci: [] })).roles, undefined);
    assert.equal(all("Role").length, 0);
    await create({ ci: [{ ...gitlab, provider: "arn:aws:iam::1:oidc-provider/there" }] });
    assert.equal(all("OpenIdConnectProvider").length, 0);
    assert.match(String(one("Role", "deploy-prod")["assumeRolePolicy"]), /oidc-provider\/there/);
  });
});
