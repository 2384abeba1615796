import { LogGroup } from "@pulumi/aws/cloudwatch/logGroup";
import { TaskDefinition } from "@pulumi/aws/ecs/taskDefinition";
import { Secret } from "@pulumi/aws/secretsmanager/secret";
import { SecretVersion } from "@pulumi/aws/secretsmanager/secretVersion";
import * as pulumi from "@pulumi/pulumi";
import type { LogStream } from "../../config/types";
import type { DataFolderRef } from "../platform";
import type { Healthcheck } from "../stores/healthcheck";
import type { AwsContext, Tenant } from "./context";
import { folderOf } from "./folder";
import { createRoles } from "./roles";
import { fargateSize, retentionDays } from "./size";
import type { Role, Tags } from "./tags";

/** A task of one container, with what every task of ours has already decided. */
export interface HardenedTaskArgs {
  /** Of its resources: `motel-backend-a`. */
  readonly name: string;
  readonly system: Tenant;
  readonly service: string;
  readonly role: Role;
  readonly slot?: string;
  readonly image: pulumi.Input<string>;
  /** Absent: the image's own. */
  readonly entrypoint?: readonly string[];
  readonly command?: readonly pulumi.Input<string>[];
  /** What is known only later is taken for a secret, and what is plain text for none. */
  readonly settings: Readonly<Record<string, pulumi.Input<string>>>;
  /** `uid:gid` in numbers, never root. */
  readonly user: string;
  readonly ports?: readonly number[];
  readonly healthcheck?: Healthcheck;
  readonly memoryMiB: number;
  readonly cpus: number;
  readonly folders?: readonly { readonly folder: DataFolderRef; readonly readOnly: boolean }[];
  /** Writable places on the otherwise read-only root, in memory. @default ["/tmp"] */
  readonly scratch?: readonly string[];
  /** Seconds between the stop signal and the kill, at most 120. @default 30 */
  readonly stopSeconds?: number;
  readonly logs: LogStream;
}

export interface HardenedTask {
  readonly definition: TaskDefinition;
  readonly logGroup: LogGroup;
  /** Name of its container, and of its log's streams: `<container>/<container>/<task>`. */
  readonly container: string;
}

/** MiB in which a task may write what is nobody's. */
const scratchMiB = 256;

/** No root, no capability, read-only root, limits, secrets from Secrets Manager, a log that ends (X3, X4). */
export function createTask(context: AwsContext, args: HardenedTaskArgs, opts: pulumi.CustomResourceOptions): HardenedTask {
  const { cpus, folders = [], memoryMiB, name, role, service, system } = args;
  const child = { parent: opts.parent };
  const tags: Partial<Tags> = args.slot === undefined ? {} : { slot: args.slot };
  const logGroup = createLogGroup(context, args, child);
  const secrets = createSecrets(context, args, child);
  const roles = createRoles(context, { name, system, service, role, image: args.image, logGroup, ...(secrets === undefined ? {} : { secret: secrets.arn }), folders: folders.map(({ folder }) => folderOf(folder)) }, child);
  const size = fargateSize(cpus, memoryMiB);
  const mounts = folders.map(({ folder, readOnly }, at) => ({ volume: `folder-${at}`, folder, readOnly }));
  const definition = new TaskDefinition(
    name,
    {
      family: context.name(name),
      requiresCompatibilities: ["FARGATE"],
      networkMode: "awsvpc",
      cpu: String(size.cpu),
      memory: String(size.memoryMiB),
      runtimePlatform: { operatingSystemFamily: "LINUX", cpuArchitecture: "X86_64" },
      executionRoleArn: roles.execution,
      taskRoleArn: roles.task,
      volumes: mounts.map(({ folder, volume }) => {
        const { accessPoint, fileSystem } = folderOf(folder);
        return { name: volume, efsVolumeConfiguration: { fileSystemId: fileSystem.id, transitEncryption: "ENABLED", authorizationConfig: { accessPointId: accessPoint.id, iam: "ENABLED" } } };
      }),
      containerDefinitions: pulumi.jsonStringify([
        {
          name: service,
          image: args.image,
          essential: true,
          ...(args.entrypoint === undefined ? {} : { entryPoint: [...args.entrypoint] }),
          ...(args.command === undefined ? {} : { command: [...args.command] }),
          user: args.user,
          readonlyRootFilesystem: true,
          cpu: Math.round(cpus * 1024),
          memory: memoryMiB,
          linuxParameters: {
            // An init reaps what nobody waits for. HAProxy's master is to be the first itself.
            initProcessEnabled: role !== "edge",
            capabilities: { drop: ["ALL"] },
            tmpfs: (args.scratch ?? ["/tmp"]).map((containerPath) => ({ containerPath, size: scratchMiB, mountOptions: ["mode=1777", "nosuid", "nodev"] })),
          },
          ...(args.ports === undefined ? {} : { portMappings: args.ports.map((containerPort) => ({ containerPort, protocol: "tcp" })) }),
          environment: plainOf(args.settings),
          secrets: secrets === undefined ? [] : secrets.names.map((each) => ({ name: each, valueFrom: pulumi.interpolate`${secrets.arn}:${each}::${secrets.version}` })),
          ...(args.healthcheck === undefined ? {} : { healthCheck: healthOf(args.healthcheck) }),
          mountPoints: mounts.map(({ folder, readOnly, volume }) => ({ sourceVolume: volume, containerPath: folder.path, readOnly })),
          stopTimeout: Math.min(120, args.stopSeconds ?? 30),
          logConfiguration: { logDriver: "awslogs", options: { "awslogs-group": logGroup.name, "awslogs-region": context.settings.region, "awslogs-stream-prefix": service, mode: "non-blocking", "max-buffer-size": "4m" } },
        },
      ]),
      tags: context.tags(system, service, role, tags),
    },
    context.options(opts),
  );
  return { definition, logGroup, container: service };
}

const isPlain = (value: pulumi.Input<string>): value is string => typeof value === "string";

function plainOf(settings: HardenedTaskArgs["settings"]): { name: string; value: string }[] {
  return Object.entries(settings).flatMap(([name, value]) => (isPlain(value) ? [{ name, value }] : [])).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** AWS asks for no seconds beyond these. */
function healthOf({ intervalSeconds = 10, retries = 3, startSeconds = 30, test }: Healthcheck): object {
  return { command: [...test], interval: intervalSeconds, timeout: 5, retries, startPeriod: Math.min(300, startSeconds) };
}

/** One for all slots of a service: what is read later is its log, whichever version wrote it. */
function createLogGroup(context: AwsContext, { logs, role, service, system }: HardenedTaskArgs, opts: pulumi.CustomResourceOptions): LogGroup {
  const days = retentionDays(context.config.monitoring.logs.retentionDays[logs]);
  return context.oneOf(
    `${system}-${service}-log`,
    () => new LogGroup(`${system}-${service}-log`, { name: `/stackbook/${context.stack}/${system}/${service}`, retentionInDays: days, tags: context.tags(system, service, role) }, context.options(opts)),
  );
}

interface Secrets {
  readonly arn: pulumi.Output<string>;
  readonly version: pulumi.Output<string>;
  readonly names: readonly string[];
}

/**
 * One secret of many values, each named by its variable. A task names the version that it was made with: another value is
 * another version, and so another task.
 */
function createSecrets(context: AwsContext, { name, role, service, settings, slot, system }: HardenedTaskArgs, opts: pulumi.CustomResourceOptions): Secrets | undefined {
  const hidden = Object.fromEntries(Object.entries(settings).filter(([, value]) => !isPlain(value)));
  const names = Object.keys(hidden).sort();
  if (names.length === 0) return undefined;
  const secret = new Secret(
    `${name}-settings`,
    // What is in it is in the stack's state as well, and comes again with the next update: no reason to keep its name for a month.
    { name: context.name(name), description: `Settings of ${name}`, recoveryWindowInDays: 0, tags: context.tags(system, service, role, slot === undefined ? {} : { slot }) },
    context.options(opts),
  );
  const text = pulumi.secret(pulumi.jsonStringify(Object.fromEntries(names.map((each) => [each, hidden[each]]))));
  const version = new SecretVersion(`${name}-settings`, { secretId: secret.id, secretString: text }, context.options(opts));
  return { arn: secret.arn, version: version.versionId, names };
}
