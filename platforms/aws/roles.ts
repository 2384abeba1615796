import { Role } from "@pulumi/aws/iam/role";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy";
import type { LogGroup } from "@pulumi/aws/cloudwatch/logGroup";
import * as pulumi from "@pulumi/pulumi";
import type { PolicyDocument, Statement } from "./bucketPolicies";
import type { AwsContext, Tenant } from "./context";
import type { Folder } from "./folder";
import type { Role as RoleTag } from "./tags";

export interface RolesArgs {
  readonly name: string;
  readonly system: Tenant;
  readonly service: string;
  readonly role: RoleTag;
  readonly image: pulumi.Input<string>;
  readonly logGroup: LogGroup;
  /** ARN; absent: it has none. */
  readonly secret?: pulumi.Output<string>;
  readonly folders: readonly Folder[];
}

const trusted = JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Principal: { Service: "ecs-tasks.amazonaws.com" }, Action: "sts:AssumeRole" }] });

/** Who starts a task, and who it is while it runs: nothing more than what this one task needs. */
export function createRoles(context: AwsContext, args: RolesArgs, opts: pulumi.CustomResourceOptions): { readonly execution: pulumi.Output<string>; readonly task: pulumi.Output<string> } {
  const { name, role, service, system } = args;
  const create = (kind: "execution" | "task", description: string): Role =>
    new Role(`${name}-${kind}`, { name: context.name(name, kind), description, assumeRolePolicy: trusted, tags: context.tags(system, service, role) }, context.options(opts));
  const execution = create("execution", `Starts ${name}: its image, its secrets, its log`);
  const policy = pulumi.all([args.image, args.logGroup.arn, args.secret ?? ""]).apply(([image, logGroup, secret]) => JSON.stringify(executionPolicy({ image, logGroup, secret })));
  new RolePolicy(`${name}-execution`, { role: execution.name, policy }, context.options(opts));
  const task = create("task", `What ${name} may do`);
  if (args.folders.length > 0) {
    const mounted = args.folders.map(({ accessPoint, fileSystem }) => pulumi.all([fileSystem.arn, accessPoint.arn]).apply(([fileSystemArn, accessPointArn]) => mount(fileSystemArn, accessPointArn)));
    const folders = pulumi.all(mounted).apply((statements) => JSON.stringify(document(statements)));
    new RolePolicy(`${name}-task`, { role: task.name, policy: folders }, context.options(opts));
  }
  return { execution: execution.arn, task: task.arn };
}

const document = (statements: readonly Statement[]): PolicyDocument => ({ Version: "2012-10-17", Statement: statements });

export function executionPolicy({ image, logGroup, secret }: { readonly image: string; readonly logGroup: string; /** ""; there is none. */ readonly secret: string }): PolicyDocument {
  const repository = repositoryArn(image);
  return document([
    { Sid: "WriteTheLog", Effect: "Allow", Action: ["logs:CreateLogStream", "logs:PutLogEvents"], Resource: [`${logGroup}:*`] },
    ...(secret === "" ? [] : [{ Sid: "ReadItsSecrets", Effect: "Allow" as const, Action: ["secretsmanager:GetSecretValue"], Resource: [secret] }]),
    ...(repository === undefined
      ? []
      : [
          // The one permission that ECR ties to no repository.
          { Sid: "LogInToEcr", Effect: "Allow" as const, Action: ["ecr:GetAuthorizationToken"], Resource: ["*"] },
          { Sid: "PullTheImage", Effect: "Allow" as const, Action: ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:BatchImportUpstreamImage", "ecr:GetDownloadUrlForLayer"], Resource: [repository] },
        ]),
  ]);
}

/** Undefined: the image is in no ECR, and is pulled without an identity. */
export function repositoryArn(image: string): string | undefined {
  const [, account, region, repository] = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com\/([^:@]+)/.exec(image) ?? [];
  return account === undefined ? undefined : `arn:aws:ecr:${region ?? ""}:${account}:repository/${repository ?? ""}`;
}

function mount(fileSystem: string, accessPoint: string): Statement {
  return {
    Sid: `Mount${accessPoint.replace(/[^A-Za-z0-9]/g, "").slice(-16)}`,
    Effect: "Allow",
    Action: ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
    Resource: [fileSystem],
    Condition: { StringEquals: { "elasticfilesystem:AccessPointArn": accessPoint } },
  };
}
