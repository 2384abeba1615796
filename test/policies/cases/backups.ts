import { bucketPolicy } from "../../../platforms/aws/bucketPolicies";
import { cleanUp, leastMovedBytes, lifecycleRules } from "../../../backups/lifecycle";
import { retention } from "../../../backups/retention";
import { lifecycleInputs } from "../../../platforms/aws/bucketLifecycle";
import { configFiles, later } from "../../../policies/rule";
import { docker, ownLabels, strongPassword } from "./platforms";
import { of, type Case } from "./types";

const settings = { system: "mps", everyHours: 24, stores: [{ kind: "directory" }], drill: { day: "sunday", at: "05:00" }, retention: { daily: { days: 30 }, weekly: { days: 84 }, monthly: { days: 366 } } };
const database = docker({ envs: [`MONGO_INITDB_ROOT_PASSWORD=${strongPassword}`] }, "database", "mps");
const agent = docker({}, "backup", "mps");
const drill = docker({}, "backup", "mps", "drill");
const told = (change: object = {}) => of(configFiles, { files: { "backup.json": JSON.stringify({ ...settings, ...change }) } }, "mps-backup-config");
const untold = of(configFiles, { files: later }, "mps-backup-config");

const shut = { bucket: "b", blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true };
const policy = bucketPolicy("arn:aws:s3:::b", "");
const statements = (...more: unknown[]): string => JSON.stringify({ ...policy, Statement: [...policy.Statement, ...more] });
const rules = lifecycleInputs({ prefix: "", rules: lifecycleRules("mps", retention.mps), cleanUp: { ...cleanUp, leastMovedBytes } }).rules;
const lifecycle = (list: readonly object[]) => of("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", { bucket: "b", rules: list });
const parts = [
  of("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", shut), of("aws:s3/bucketPolicy:BucketPolicy", { bucket: "b", policy: statements() }),
  of("aws:s3/bucketVersioning:BucketVersioning", { bucket: "b", versioningConfiguration: { status: "Enabled" } }),
  of("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration", { bucket: "b", rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }] }),
  lifecycle(rules),
];
const bucket = of("aws:s3/bucket:Bucket", { bucket: "b", tags: ownLabels("x") }, "b", true);
const without = (index: number) => [bucket, ...parts.filter((_, at) => at !== index)];

export const backups: readonly Case[] = [
  {
    rule: "backed-up",
    good: [[database, agent, told()], [], [database, agent, untold]],
    bad: [
      ["refuses a database without an agent", [database], /^it has no backup; set stackbook:backups\.enabled to true/],
      ["refuses another system's agent in its place", [database, docker({}, "backup", "sms")], /has no backup/],
      ["refuses a drill in its place", [database, drill], /has no backup/],
      ["refuses backups that are written nowhere", [database, agent, told({ stores: [] })], /written nowhere; name a store/],
    ],
  },
  {
    rule: "backup-kept",
    good: [[told()], [untold]],
    bad: [
      ["refuses daily backups that are kept too short", [told({ retention: { ...settings.retention, daily: { days: 29 } } })], /daily backups of mps are kept for 29 days, its runbook \(mps\.md\) says 30/],
      ["refuses weekly ones that aren't made", [told({ retention: { ...settings.retention, weekly: { days: 0 } } })], /weekly backups of mps are kept for 0 days.*says 84/],
      ["refuses monthly ones that are kept too short", [told({ retention: { ...settings.retention, monthly: { days: 365 } } })], /monthly.*365 days.*says 366/],
    ],
  },
  {
    rule: "backup-often",
    good: [[told()], [untold], [told({ system: "sms", everyHours: 12 })]],
    bad: [["refuses backups that are taken too seldom", [told({ system: "sms" })], /sms is backed up every 24 hours, its runbook wants every 12/], ["refuses never", [told({ everyHours: 0 })], /every 0 hours/]],
  },
  {
    rule: "drill-planned",
    good: [[database, agent, drill, told()], [database, agent, untold], [database, agent, told({ encryption: { kind: "publicKey" }, drill: null })]],
    bad: [["refuses backups that nobody rehearses", [database, agent, told()], /^mps has no drill agent; run one/], ["refuses a drill without a time", [database, agent, drill, told({ drill: null })], /has no time/]],
  },
  {
    rule: "bucket-private",
    good: [parts, [bucket], [of("aws:s3/bucketOwnershipControls:BucketOwnershipControls", { rule: { objectOwnership: "BucketOwnerEnforced" } })], [of("aws:s3/bucketPolicy:BucketPolicy", { policy: later })]],
    bad: [
      ["refuses a bucket that is open to public policies", [of("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", { ...shut, blockPublicPolicy: false })], /^blockPublicPolicy is false; set it to true/],
      ["refuses three locks of four", [of("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", { ...shut, restrictPublicBuckets: undefined })], /restrictPublicBuckets is not set/],
      ["refuses a public ACL", [of("aws:s3/bucketAcl:BucketAcl", { acl: "public-read" })], /acl is "public-read"/],
      ["refuses a policy that lets everybody read", [of("aws:s3/bucketPolicy:BucketPolicy", { policy: statements({ Effect: "Allow", Principal: { AWS: "*" }, Action: "s3:GetObject" }) })], /everybody/],
      ["refuses objects that belong to whoever wrote them", [of("aws:s3/bucketOwnershipControls:BucketOwnershipControls", { rule: { objectOwnership: "ObjectWriter" } })], /use "BucketOwnerEnforced"/],
    ],
  },
  {
    rule: "bucket-tls-only",
    good: [parts, [of("aws:s3/bucketPolicy:BucketPolicy", { policy: later })]],
    bad: [
      ["refuses plain HTTP", [of("aws:s3/bucketPolicy:BucketPolicy", { policy: JSON.stringify({ Statement: [{ Effect: "Allow", Principal: { AWS: "arn:aws:iam::1:root" } }] }) })], /plain HTTP in; deny s3:\*/],
      ["refuses plain HTTP for all but one", [of("aws:s3/bucketPolicy:BucketPolicy", { policy: JSON.stringify({ Statement: [{ Effect: "Deny", Principal: { AWS: "arn:aws:iam::1:root" }, Condition: { Bool: { "aws:SecureTransport": "false" } } }] }) })], /plain HTTP/],
      ["refuses what is no policy", [of("aws:s3/bucketPolicy:BucketPolicy", { policy: "no" })], /no JSON document/],
    ],
  },
  { rule: "bucket-versioned", good: [parts], bad: [["refuses versions that are off", [of("aws:s3/bucketVersioning:BucketVersioning", { versioningConfiguration: { status: "Suspended" } })], /versioning is "Suspended"; use "Enabled"/]] },
  {
    rule: "bucket-encrypted",
    good: [parts],
    bad: [
      ["refuses no rule", [of("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration", { rules: [] })], /rules is empty/],
      ["refuses another algorithm", [of("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration", { rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "none" } }] })], /sseAlgorithm is "none"/],
    ],
  },
  {
    rule: "bucket-lifecycle",
    good: [parts, [lifecycle([])]],
    bad: [
      ["refuses a rule that expires too early", [lifecycle(rules.map((rule) => (rule.id === "mps-daily-parts" ? { ...rule, expiration: { days: 1 } } : rule)))], /rule mps-daily-parts expires after 1 days, the table says 33/],
      ["refuses a rule that is off", [lifecycle(rules.map((rule) => (rule.id === "mps-daily-parts" ? { ...rule, status: "Disabled" } : rule)))], /is Disabled/],
      ["refuses parts without their manifest's rule", [lifecycle(rules.filter(({ id }) => id !== "mps-weekly-manifests"))], /rule mps-weekly-manifests is missing/],
      ["refuses uploads without an end", [lifecycle(rules.filter(({ id }) => id !== "clean-up"))], /abortIncompleteMultipartUpload/],
    ],
  },
  {
    rule: "bucket-complete",
    good: [[bucket, ...parts], []],
    bad: [
      ["refuses a bucket without access block", without(0), /nothing shuts the public out; add an BucketPublicAccessBlock/],
      ["refuses one without policy", without(1), /nothing refuses plain HTTP/],
      ["refuses one without versions", without(2), /nothing keeps what is overwritten/],
      ["refuses one without encryption", without(3), /nothing encrypts/],
      ["refuses one without lifecycle", without(4), /nothing ends what lies in it/],
    ],
  },
];
