import { Cluster as DocumentDb } from "@pulumi/aws/docdb/cluster";
import { ClusterInstance } from "@pulumi/aws/docdb/clusterInstance";
import { ClusterParameterGroup } from "@pulumi/aws/docdb/clusterParameterGroup";
import { SubnetGroup as DocumentDbSubnets } from "@pulumi/aws/docdb/subnetGroup";
import { ReplicationGroup } from "@pulumi/aws/elasticache/replicationGroup";
import { SubnetGroup as CacheSubnets } from "@pulumi/aws/elasticache/subnetGroup";
import { Instance } from "@pulumi/aws/rds/instance";
import { ParameterGroup } from "@pulumi/aws/rds/parameterGroup";
import { SubnetGroup as DatabaseSubnets } from "@pulumi/aws/rds/subnetGroup";
import * as pulumi from "@pulumi/pulumi";
import type { DatabaseSpec, SystemId } from "../../systems";
import type { DataFolder, DataFolderRef, RotatingSecret } from "../platform";
import { engines } from "../stores/engines";
import { LogGroup } from "@pulumi/aws/cloudwatch/logGroup";
import type { AwsContext } from "./context";
import { retentionDays } from "./size";
import type { Role } from "./tags";

/** A store that AWS runs: its data and its server are one. */
export interface StoreRef extends DataFolderRef {
  readonly host: pulumi.Output<string>;
  readonly server: pulumi.Resource;
}

/** AWS's own least; gp3 grows by itself to the second. */
const [leastGiB, growth] = [20, 5];

/** When nobody works, by the runbooks: after the backups of 02:00, UTC. */
const snapshotWindow = "02:30-03:30";
const maintenanceWindow = "sun:04:00-sun:05:00";

export function createDatabaseServer(context: AwsContext, system: SystemId, folder: DataFolder, opens: RotatingSecret, protect: boolean, opts: pulumi.CustomResourceOptions): StoreRef {
  const { spec } = context.system(system);
  const made = spec.database.engine === "postgres" ? createPostgres : createDocumentDb;
  return { ...folder, ...made(context, system, spec.database, opens.current, protect, opts) };
}

type Made = Pick<StoreRef, "host" | "server" | "volume">;

const tagsOf = (context: AwsContext, system: SystemId, role: Role): Record<string, string> => context.tags(system, role, role);
const isolated = (context: AwsContext): pulumi.Output<string>[] => context.network.subnets.isolated.map(({ id }) => id);

/** Encrypted on disk and on the way, with a standby where asked for, and back to any moment of the last days. */
function createPostgres(context: AwsContext, system: SystemId, spec: DatabaseSpec, password: pulumi.Output<string>, protect: boolean, opts: pulumi.CustomResourceOptions): Made {
  const { backupDays, classes, multiAz } = context.settings;
  const name = `${system}-database`;
  const tags = tagsOf(context, system, "database");
  const subnets = new DatabaseSubnets(name, { name: context.name(system, "database"), subnetIds: isolated(context), tags }, context.options(opts));
  const version = spec.version.split(".")[0] ?? spec.version;
  const parameters = new ParameterGroup(
    name,
    {
      name: context.name(system, "database"),
      family: `postgres${version}`,
      parameters: [
        { name: "rds.force_ssl", value: "1" },
        { name: "shared_preload_libraries", value: "pg_stat_statements", applyMethod: "pending-reboot" },
        { name: "track_io_timing", value: "1" },
        { name: "log_lock_waits", value: "1" },
        ...(spec.slowStatementMs === undefined ? [] : [{ name: "log_min_duration_statement", value: String(spec.slowStatementMs) }]),
        // Values of parameters are people's data; a log of statements has no need of them.
        { name: "log_parameter_max_length", value: "0" },
      ],
      tags,
    },
    context.options(opts),
  );
  const sizeGiB = Math.max(leastGiB, spec.sizeGiB);
  const identifier = context.name(system, "database");
  const log = createLog(context, system, `/aws/rds/instance/${identifier}/postgresql`, opts);
  const server = new Instance(
    name,
    {
      identifier,
      engine: "postgres",
      engineVersion: version,
      instanceClass: classes.postgres,
      dbName: spec.name,
      username: engines.postgres.adminUser,
      password,
      port: engines.postgres.port,
      storageType: "gp3",
      allocatedStorage: sizeGiB,
      maxAllocatedStorage: sizeGiB * growth,
      storageEncrypted: true,
      multiAz,
      dbSubnetGroupName: subnets.name,
      vpcSecurityGroupIds: [context.group(system, "database").id],
      publiclyAccessible: false,
      parameterGroupName: parameters.name,
      backupRetentionPeriod: backupDays,
      backupWindow: snapshotWindow,
      maintenanceWindow,
      copyTagsToSnapshot: true,
      deleteAutomatedBackups: false,
      deletionProtection: protect,
      skipFinalSnapshot: false,
      finalSnapshotIdentifier: `${identifier}-final`,
      performanceInsightsEnabled: true,
      enabledCloudwatchLogsExports: ["postgresql"],
      autoMinorVersionUpgrade: true,
      applyImmediately: true,
      tags,
    },
    // It grows by itself, and minor versions come by themselves.
    context.options(opts, { protect, ignoreChanges: ["allocatedStorage"], dependsOn: [log] }),
  );
  context.inventory.stores.push({ system, kind: "postgres", identifier: server.identifier, nodes: 1, storageGiB: sizeGiB, log: log.name });
  return { volume: server.resourceId, host: server.address, server };
}

/** What speaks MongoDB on AWS; its storage is in three zones whatever the number of its instances. */
function createDocumentDb(context: AwsContext, system: SystemId, spec: DatabaseSpec, password: pulumi.Output<string>, protect: boolean, opts: pulumi.CustomResourceOptions): Made {
  const { backupDays, classes, multiAz } = context.settings;
  const name = `${system}-database`;
  const tags = tagsOf(context, system, "database");
  const called = context.name(system, "database");
  const subnets = new DocumentDbSubnets(name, { name: called, subnetIds: isolated(context), tags }, context.options(opts));
  const slow = spec.slowStatementMs;
  const parameters = new ClusterParameterGroup(
    name,
    {
      name: called,
      family: "docdb5.0",
      parameters: [
        { name: "tls", value: "enabled" },
        ...(slow === undefined ? [] : [{ name: "profiler", value: "enabled" }, { name: "profiler_threshold_ms", value: String(Math.max(50, slow)) }]),
      ],
      tags,
    },
    context.options(opts),
  );
  const log = slow === undefined ? undefined : createLog(context, system, `/aws/docdb/${called}/profiler`, opts);
  const server = new DocumentDb(
    name,
    {
      clusterIdentifier: called,
      engine: "docdb",
      engineVersion: "5.0.0",
      masterUsername: documentDbAdmin,
      masterPassword: password,
      port: engines.mongodb.port,
      storageEncrypted: true,
      dbSubnetGroupName: subnets.name,
      vpcSecurityGroupIds: [context.group(system, "database").id],
      dbClusterParameterGroupName: parameters.name,
      backupRetentionPeriod: backupDays,
      preferredBackupWindow: snapshotWindow,
      preferredMaintenanceWindow: maintenanceWindow,
      deletionProtection: protect,
      skipFinalSnapshot: false,
      finalSnapshotIdentifier: `${called}-final`,
      ...(slow === undefined ? {} : { enabledCloudwatchLogsExports: ["profiler"] }),
      applyImmediately: true,
      tags,
    },
    context.options(opts, { protect, ...(log === undefined ? {} : { dependsOn: [log] }) }),
  );
  const instances = Array.from(
    { length: multiAz ? 2 : 1 },
    (_, at) => new ClusterInstance(`${name}-${at}`, { identifier: `${called}-${at}`, clusterIdentifier: server.id, instanceClass: classes.mongodb, autoMinorVersionUpgrade: true, preferredMaintenanceWindow: maintenanceWindow, applyImmediately: true, tags }, context.options(opts)),
  );
  context.inventory.stores.push({ system, kind: "mongodb", identifier: server.clusterIdentifier, nodes: instances.length, ...(log === undefined ? {} : { log: log.name }) });
  const [first] = instances;
  if (first === undefined) throw new Error(`${name} has no instance`);
  // Nobody answers before an instance is there.
  const host = pulumi.all([server.endpoint, first.id]).apply(([endpoint]) => endpoint);
  return { volume: server.clusterResourceId, host, server: first };
}

/** Before the server that writes it: AWS would make one that never ends. */
function createLog(context: AwsContext, system: SystemId, name: string, opts: pulumi.CustomResourceOptions): LogGroup {
  const retentionInDays = retentionDays(context.config.monitoring.logs.retentionDays.system);
  return new LogGroup(`${system}-database-log`, { name, retentionInDays, tags: tagsOf(context, system, "database") }, context.options(opts));
}

/** `root` is a word of AWS's own. */
export const documentDbAdmin = "stackbook";

/** Redis behind a password, encrypted on disk and on the way; in two zones where asked for. */
export function createCacheServer(context: AwsContext, system: SystemId, folder: DataFolder, opens: RotatingSecret, protect: boolean, opts: pulumi.CustomResourceOptions): StoreRef {
  const { backupDays, classes, multiAz } = context.settings;
  const name = `${system}-cache`;
  const tags = tagsOf(context, system, "cache");
  const called = context.name(system, "cache");
  const subnets = new CacheSubnets(name, { name: called, subnetIds: isolated(context), tags }, context.options(opts));
  const server = new ReplicationGroup(
    name,
    {
      replicationGroupId: called,
      description: `Redis of ${system}`,
      engine: "redis",
      engineVersion: "7.1",
      // Sessions are not evicted silently: a full store is an error that is seen.
      parameterGroupName: "default.redis7",
      nodeType: classes.redis,
      port: 6379,
      numCacheClusters: multiAz ? 2 : 1,
      automaticFailoverEnabled: multiAz,
      multiAzEnabled: multiAz,
      atRestEncryptionEnabled: true,
      transitEncryptionEnabled: true,
      authToken: opens.current,
      subnetGroupName: subnets.name,
      securityGroupIds: [context.group(system, "cache").id],
      // AWS forbids snapshots over the protocol, so these are the only ones.
      snapshotRetentionLimit: backupDays,
      snapshotWindow,
      finalSnapshotIdentifier: `${called}-final`,
      maintenanceWindow,
      autoMinorVersionUpgrade: true,
      applyImmediately: true,
      tags,
    },
    context.options(opts, { protect }),
  );
  context.inventory.stores.push({ system, kind: "redis", identifier: server.id, nodes: multiAz ? 2 : 1 });
  return { ...folder, volume: server.arn, host: server.primaryEndpointAddress, server };
}
