import type { PolicyDocument, Statement } from "../bucketPolicies";

/** Who may do what with the state of stacks, and with AWS itself: CI's two kinds of role. */

const document = (...statements: readonly Statement[]): PolicyDocument => ({ Version: "2012-10-17", Statement: statements });

const everything = (arn: string): string[] => [arn, `${arn}/*`];

/** What nobody may with the bucket, whatever else allows it. */
export function stateBucketPolicy(arn: string): PolicyDocument {
  return document(
    { Sid: "OnlyEncryptedConnections", Effect: "Deny", Principal: "*", Action: ["s3:*"], Resource: everything(arn), Condition: { Bool: { "aws:SecureTransport": "false" } } },
    { Sid: "NoOutdatedTls", Effect: "Deny", Principal: "*", Action: ["s3:*"], Resource: everything(arn), Condition: { NumericLessThan: { "s3:TlsVersion": "1.2" } } },
  );
}

/** ARNs. */
export interface StatePlaces {
  readonly bucket: string;
  /** Encrypts the bucket. */
  readonly bucketKey: string;
  /** Encrypts the secrets within the state. */
  readonly secretsKey: string;
}

/** Opens every stack's state and secrets, and changes none: a preview works its secrets out too. It takes no lock. */
function readState({ bucket, bucketKey, secretsKey }: StatePlaces): Statement[] {
  return [
    { Sid: "ListStates", Effect: "Allow", Action: ["s3:ListBucket", "s3:GetBucketLocation"], Resource: [bucket] },
    { Sid: "ReadStates", Effect: "Allow", Action: ["s3:GetObject"], Resource: [`${bucket}/.pulumi/*`] },
    { Sid: "Decrypt", Effect: "Allow", Action: ["kms:Decrypt", "kms:DescribeKey"], Resource: [bucketKey, secretsKey] },
  ];
}

export interface OwnStack {
  /** Name in Pulumi.yaml. */
  readonly project: string;
  readonly stack: string;
}

/** Of one stack: its state, its history, its lock. Another stack's are not its own. */
function writeState({ bucket, bucketKey, secretsKey }: StatePlaces, { project, stack }: OwnStack): Statement[] {
  const own = [`stacks/${project}/${stack}.json*`, `history/${project}/${stack}/*`, `backups/${project}/${stack}/*`, `locks/organization/${project}/${stack}/*`];
  return [
    { Sid: "WriteItsState", Effect: "Allow", Action: ["s3:PutObject", "s3:DeleteObject"], Resource: own.map((path) => `${bucket}/.pulumi/${path}`) },
    { Sid: "Encrypt", Effect: "Allow", Action: ["kms:GenerateDataKey", "kms:Encrypt"], Resource: [bucketKey, secretsKey] },
    // An administrator's policy too many doesn't make CI one who loses the old versions, or the keys.
    {
      Sid: "NeverLoseAState", Effect: "Deny", Resource: everything(bucket),
      Action: ["s3:DeleteObjectVersion", "s3:PutBucketVersioning", "s3:PutLifecycleConfiguration", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy", "s3:DeleteBucket", "s3:PutEncryptionConfiguration"],
    },
    { Sid: "NeverLoseAKey", Effect: "Deny", Action: ["kms:ScheduleKeyDeletion", "kms:DisableKey", "kms:PutKeyPolicy", "kms:DisableKeyRotation"], Resource: [bucketKey, secretsKey] },
  ];
}

/** What a stack on AWS is made of, by the names that IAM has for services. */
export const services = [
  "acm", "application-autoscaling", "cloudwatch", "ec2", "ecs", "elasticache", "elasticfilesystem", "elasticloadbalancing", "events", "kms", "logs", "rds", "secretsmanager", "servicediscovery", "sns", "wafv2",
] as const;

/** Services whose one place is no region. */
const globalServices = ["budgets", "chatbot", "route53"] as const;

/** The words with which services only tell. None of them tells a secret, or what is in a bucket, a queue or a log. */
const telling: Readonly<Record<(typeof services)[number] | (typeof globalServices)[number], readonly string[]>> = {
  acm: ["Describe*", "List*"], "application-autoscaling": ["Describe*", "List*"], budgets: ["View*", "List*"], chatbot: ["Describe*", "List*", "Get*"], cloudwatch: ["Describe*", "List*", "GetDashboard"],
  ec2: ["Describe*"], ecs: ["Describe*", "List*"], elasticache: ["Describe*", "List*"], elasticfilesystem: ["Describe*", "List*"], elasticloadbalancing: ["Describe*"], events: ["Describe*", "List*"],
  kms: ["DescribeKey", "GetKeyPolicy", "GetKeyRotationStatus", "List*"], logs: ["Describe*", "List*"], rds: ["Describe*", "List*"], route53: ["Get*", "List*"], secretsmanager: ["DescribeSecret", "GetResourcePolicy"],
  servicediscovery: ["Get*", "List*"], sns: ["Get*", "List*"], wafv2: ["Get*", "List*"],
};

const tellingIam = ["iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListInstanceProfilesForRole", "iam:ListRolePolicies"];

/** Sees the states of all stacks and what there is on AWS, for previews of pull requests and for drift. Writes nothing anywhere. */
export function previewPolicy(state: StatePlaces): PolicyDocument {
  return document(
    ...readState(state),
    { Sid: "SeeWhatThereIs", Effect: "Allow", Action: [...Object.entries(telling).flatMap(([service, words]) => words.map((word) => `${service}:${word}`)), ...tellingIam], Resource: ["*"] },
  );
}

export interface DeployArgs extends OwnStack {
  readonly region: string;
  readonly account: string;
  /** As `stackbook:aws.namePrefix`: roles of its tasks are called so. */
  readonly namePrefix: string;
}

/** Makes and changes one stack: in one region, of the services that a stack needs, with roles of its own name alone. */
export function deployPolicy(state: StatePlaces, { account, namePrefix, region, ...own }: DeployArgs): PolicyDocument {
  const roles = `arn:aws:iam::${account}:role/${namePrefix}-*`;
  return document(
    ...readState(state),
    ...writeState(state, own),
    { Sid: "MakeTheStack", Effect: "Allow", Action: services.map((service) => `${service}:*`), Resource: ["*"], Condition: { StringEquals: { "aws:RequestedRegion": region } } },
    { Sid: "MakeWhatHasNoRegion", Effect: "Allow", Action: globalServices.map((service) => `${service}:*`), Resource: ["*"] },
    // The balancer's access logs.
    { Sid: "MakeItsLogs", Effect: "Allow", Action: ["s3:CreateBucket", "s3:DeleteBucket", "s3:Get*", "s3:List*", "s3:Put*"], Resource: everything(`arn:aws:s3:::${namePrefix}-access-*`) },
    {
      Sid: "MakeItsRoles", Effect: "Allow", Resource: [roles],
      Action: [...tellingIam, "iam:CreateRole", "iam:DeleteRole", "iam:DeleteRolePolicy", "iam:PutRolePolicy", "iam:TagRole", "iam:UntagRole", "iam:UpdateAssumeRolePolicy", "iam:UpdateRole"],
    },
    { Sid: "GiveThemToServices", Effect: "Allow", Action: ["iam:PassRole"], Resource: [roles], Condition: { StringEquals: { "iam:PassedToService": ["ecs-tasks.amazonaws.com", "events.amazonaws.com", "chatbot.amazonaws.com"] } } },
    { Sid: "LetServicesIn", Effect: "Allow", Action: ["iam:CreateServiceLinkedRole"], Resource: [`arn:aws:iam::${account}:role/aws-service-role/*`] },
    // What a deploy makes is run by services; it is nobody else itself.
    { Sid: "StayWhoItIs", Effect: "Deny", Action: ["sts:AssumeRole"], Resource: ["*"] },
  );
}
