import * as iam from "@pulumi/aws/iam";
import * as kms from "@pulumi/aws/kms";
import * as s3 from "@pulumi/aws/s3";
import * as pulumi from "@pulumi/pulumi";
import { deployPolicy, previewPolicy, stateBucketPolicy, type StatePlaces } from "./policies";
import { deploySubjects, previewSubjects, providerOf, trustPolicy, type Ci, type Trust } from "./trust";

export interface StateBackendArgs {
  /** Of the bucket: 3-63 lower-case letters, digits and hyphens, unique in all of AWS. */
  readonly bucket: string;
  readonly region: string;
  /** Twelve digits. */
  readonly account: string;
  /** Days that an overwritten state is kept, 1-3650. */
  readonly oldVersionsDays: number;
  /** In Pulumi.yaml. */
  readonly project: string;
  readonly stacks: readonly DeployedStack[];
  readonly ci: readonly CiArgs[];
}

export interface DeployedStack {
  readonly name: string;
  /** As the stack's `stackbook:aws.namePrefix`. */
  readonly namePrefix: string;
}

export type CiArgs = Ci & {
  /** ARN of the identity provider where the account has it already: there is one of each at most. */
  readonly provider?: string;
};

/** What stacks are kept in and who in CI may reach it: a bucket with every version, two keys, a role to look and a role for each stack to change. */
export class StateBackend extends pulumi.ComponentResource {
  /** For `pulumi login`. */
  readonly backend: pulumi.Output<string>;
  /** For `pulumi stack init --secrets-provider`. */
  readonly secretsProvider: pulumi.Output<string>;
  readonly roles: { readonly previews: pulumi.Output<string>; readonly deploys: Readonly<Record<string, pulumi.Output<string>>> } | undefined;

  constructor(name: string, private readonly args: StateBackendArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("stackbook:state:Backend", name, {}, opts);
    const bucketKey = this.createKey("state-key", "state", "The states of stacks: without it none can be read");
    const secretsKey = this.createKey("secrets-key", "secrets", "Secrets in the states of stacks: without it none can be read");
    const bucket = this.createBucket(bucketKey);
    const places = pulumi.all([bucket.arn, bucketKey.arn, secretsKey.arn]).apply(([arn, one, other]): StatePlaces => ({ bucket: arn, bucketKey: one, secretsKey: other }));
    this.roles = args.ci.length === 0 ? undefined : this.createRoles(places);
    this.backend = pulumi.interpolate`s3://${bucket.bucket}?region=${args.region}&awssdk=v2`;
    this.secretsProvider = pulumi.interpolate`awskms:///${secretsKey.arn}?region=${args.region}&awssdk=v2`;
    this.registerOutputs({ backend: this.backend });
  }

  private get child(): pulumi.CustomResourceOptions {
    return { parent: this };
  }

  private get kept(): pulumi.CustomResourceOptions {
    return { parent: this, protect: true, retainOnDelete: true };
  }

  private createKey(name: string, what: string, description: string): kms.Key {
    const key = new kms.Key(name, { description, enableKeyRotation: true, deletionWindowInDays: 30, tags: ownTags() }, this.kept);
    new kms.Alias(name, { name: `alias/${this.args.bucket}-${what}`, targetKeyId: key.keyId }, this.child);
    return key;
  }

  private createBucket(key: kms.Key): s3.Bucket {
    const { bucket: name, oldVersionsDays } = this.args;
    const bucket = new s3.Bucket("state", { bucket: name, forceDestroy: false, tags: ownTags() }, this.kept);
    const at = { bucket: bucket.bucket };
    const shut = new s3.BucketPublicAccessBlock("state", { ...at, blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true }, this.child);
    // One after the other: S3 refuses changes of access that meet each other.
    const owned = new s3.BucketOwnershipControls("state", { ...at, rule: { objectOwnership: "BucketOwnerEnforced" } }, { ...this.child, dependsOn: [shut] });
    new s3.BucketPolicy("state", { ...at, policy: bucket.arn.apply((arn) => JSON.stringify(stateBucketPolicy(arn))) }, { ...this.child, dependsOn: [owned] });
    new s3.BucketServerSideEncryptionConfiguration("state", { ...at, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: key.arn }, bucketKeyEnabled: true }] }, this.child);
    const versioned = new s3.BucketVersioning("state", { ...at, versioningConfiguration: { status: "Enabled" } }, this.child);
    // A state is overwritten with every update, and a lock removed with every one: both end as old versions.
    new s3.BucketLifecycleConfiguration("state", { ...at, rules: [stateRule(oldVersionsDays)] }, { ...this.child, dependsOn: [versioned] });
    return bucket;
  }

  private createRoles(places: pulumi.Output<StatePlaces>): NonNullable<StateBackend["roles"]> {
    const { account, ci, project, region, stacks } = this.args;
    const known = ci.map((each) => ({ ci: each, arn: this.providerArn(each) }));
    const trusted = (subjects: (each: Ci) => string[]): pulumi.Output<string> =>
      pulumi.all(known.map(({ arn, ci: each }) => pulumi.output(arn).apply((provider): Trust => ({ provider, ci: each, subjects: subjects(each) })))).apply((trusts) => JSON.stringify(trustPolicy(trusts)));
    const previews = this.createRole("previews", "Previews of pull requests, and drift: reads, and changes nothing", trusted((each) => previewSubjects(each, stacks.map(({ name }) => name))), places.apply((state) => JSON.stringify(previewPolicy(state))));
    const deploys = stacks.map(({ name, namePrefix }) => {
      const policy = places.apply((state) => JSON.stringify(deployPolicy(state, { account, namePrefix, project, region, stack: name })));
      return [name, this.createRole(`deploy-${name}`, `Updates of the stack ${name}`, trusted((each) => deploySubjects(each, name)), policy).arn] as const;
    });
    return { previews: previews.arn, deploys: Object.fromEntries(deploys) };
  }

  private providerArn(ci: CiArgs): pulumi.Input<string> {
    return ci.provider ?? new iam.OpenIdConnectProvider(ci.kind, { ...providerOf(ci), tags: ownTags() }, this.child).arn;
  }

  private createRole(name: string, description: string, assumeRolePolicy: pulumi.Output<string>, policy: pulumi.Output<string>): iam.Role {
    // A path of its own: no deploy may touch what lies there, see policies.ts. An hour and a half for an update that waits for people's databases.
    const role = new iam.Role(name, { name: `${this.args.bucket}-${name}`.slice(0, 64), path: "/stackbook-ci/", description, assumeRolePolicy, maxSessionDuration: 5400, tags: ownTags() }, this.child);
    new iam.RolePolicy(name, { role: role.name, policy }, this.child);
    return role;
  }
}

export interface StateRule {
  readonly id: string;
  readonly status: "Enabled";
  readonly filter: { readonly prefix: string };
  readonly expiration: { readonly expiredObjectDeleteMarker: boolean };
  readonly noncurrentVersionExpiration: { readonly noncurrentDays: number };
  readonly abortIncompleteMultipartUpload: { readonly daysAfterInitiation: number };
}

/** Nothing that is current ever ends. */
export function stateRule(noncurrentDays: number): StateRule {
  return { id: "old-versions", status: "Enabled", filter: { prefix: "" }, expiration: { expiredObjectDeleteMarker: true }, noncurrentVersionExpiration: { noncurrentDays }, abortIncompleteMultipartUpload: { daysAfterInitiation: 2 } };
}

const ownTags = (): Record<string, string> => ({ "stackbook.stack": pulumi.getStack(), "stackbook.system": "stack" });
