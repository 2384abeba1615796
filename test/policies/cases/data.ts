import { dockerNetwork, dockerVolume, later, randomPassword } from "../../../policies/rule";
import { docker, ecs, kubernetes, ownLabels, strongPassword } from "./platforms";
import { of, type Case } from "./types";

const pairs = (labels: Record<string, string>) => Object.entries(labels).map(([label, value]) => ({ label, value }));
const database = (change: object = {}) => docker({ envs: [`POSTGRES_PASSWORD=${strongPassword}`], ...change }, "database");
const cache = (change: object = {}) => docker({ envs: [`REDIS_PASSWORD=${strongPassword}`], ...change }, "cache");
const volume = (service: string, protect: boolean) => of(dockerVolume, { labels: pairs(ownLabels("volume", "motel", service)) }, `motel-${service}`, protect);
const network = (change: object, service = "database") => of(dockerNetwork, { internal: true, labels: pairs(ownLabels("network", "motel", service)), ...change });
const rds = (change: object = {}) => of("aws:rds/instance:Instance", { password: strongPassword, storageEncrypted: true, deletionProtection: true, publiclyAccessible: false, backupRetentionPeriod: 7, ...change }, "motel", true);
const redis = (change: object = {}) => of("aws:elasticache/replicationGroup:ReplicationGroup", { authToken: strongPassword, atRestEncryptionEnabled: true, transitEncryptionEnabled: true, ...change }, "motel", true);
const service = (change: object, role = "database") => of("kubernetes:core/v1:Service", { metadata: { labels: ownLabels(role) }, spec: { type: "ClusterIP", ports: [{ port: 5432 }], ...change } });
const group = (change: object) => of("aws:ec2/securityGroup:SecurityGroup", { ingress: [{ fromPort: 5432, toPort: 5432, protocol: "tcp", ...change }] });

export const data: readonly Case[] = [
  {
    rule: "store-private",
    good: [[database()], [docker({ ports: [{ internal: 443, external: 443 }] }, "edge")], [service({})], [service({ type: "LoadBalancer", ports: [{ port: 443 }] }, "edge")], [rds()], [group({ securityGroups: ["sg-1"] })], [group({ cidrBlocks: ["10.0.0.0/16"] })]],
    bad: [
      ["refuses a database's published port", [database({ ports: [{ internal: 5432, external: 5432 }] })], /^port 5432 of a database is published; remove it and let the edge route/],
      ["refuses an application's", [docker({ ports: [{ internal: 3000 }] })], /port 3000 of a app/],
      ["refuses publishing whatever the image exposes", [cache({ publishAllPorts: true })], /every port of its image/],
      ["refuses a port of the node", [kubernetes({ ports: [{ containerPort: 5432, hostPort: 5432 }] }, {}, "apps/v1:StatefulSet", "database")], /port 5432/],
      ["refuses a Service that is open", [service({ type: "LoadBalancer" })], /type LoadBalancer; use ClusterIP/],
      ["refuses a port on every node", [service({ type: "NodePort" })], /NodePort/],
      ["refuses a public database", [rds({ publiclyAccessible: true })], /publiclyAccessible is true; set it to false/],
      ["refuses a security group that is open to the world", [group({ cidrBlocks: ["0.0.0.0/0"] })], /port 5432 is open to 0\.0\.0\.0\/0/],
      ["refuses one that is open by IPv6", [group({ ipv6CidrBlocks: ["::/0"], protocol: "-1" })], /open to ::\/0/],
      ["refuses it as a resource of its own", [of("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", { cidrIpv4: "0.0.0.0/0", fromPort: 6379, toPort: 6379, ipProtocol: "tcp" })], /port 6379/],
    ],
  },
  {
    rule: "store-encrypted",
    good: [[rds()], [rds({ storageEncrypted: later })], [redis()], [of("aws:efs/fileSystem:FileSystem", { encrypted: true })], [of("aws:rds/parameterGroup:ParameterGroup", { family: "postgres16", parameters: [{ name: "rds.force_ssl", value: "1" }] })], [of("kubernetes:storage.k8s.io/v1:StorageClass", { provisioner: "ebs.csi.aws.com", parameters: { encrypted: "true" } })], [database()]],
    bad: [
      ["refuses a database on a plain disk", [rds({ storageEncrypted: undefined })], /^storageEncrypted is not true; set it/],
      ["refuses a plain cluster", [of("aws:docdb/cluster:Cluster", { storageEncrypted: false })], /storageEncrypted/],
      ["refuses a cache on a plain disk", [redis({ atRestEncryptionEnabled: false })], /atRestEncryptionEnabled/],
      ["refuses a cache that speaks in the clear", [redis({ transitEncryptionEnabled: undefined })], /transitEncryptionEnabled/],
      ["refuses plain uploads", [of("aws:efs/fileSystem:FileSystem", {})], /encrypted is not true/],
      ["refuses PostgreSQL without TLS", [of("aws:rds/parameterGroup:ParameterGroup", { family: "postgres16", parameters: [{ name: "rds.force_ssl", value: "0" }] })], /rds\.force_ssl/],
      ["refuses DocumentDB without TLS", [of("aws:docdb/clusterParameterGroup:ClusterParameterGroup", { parameters: [{ name: "tls", value: "disabled" }] })], /tls is "disabled"/],
      ["refuses plain claims", [of("kubernetes:storage.k8s.io/v1:StorageClass", { provisioner: "ebs.csi.aws.com", parameters: {} })], /parameters\.encrypted/],
    ],
  },
  {
    rule: "store-authenticated",
    good: [[database()], [cache()], [database({ envs: later })], [docker({ envs: [`MONGO_INITDB_ROOT_PASSWORD=${strongPassword}`] }, "database")], [kubernetes({ env: [{ name: "POSTGRES_PASSWORD", valueFrom: { secretKeyRef: {} } }] }, {}, "apps/v1:StatefulSet", "database")], [rds()], [rds({ password: undefined, manageMasterUserPassword: true })], [redis()], [redis({ authToken: undefined, userGroupIds: ["g"] })]],
    bad: [
      ["refuses a database without password", [database({ envs: [] })], /^the database has no password; give POSTGRES_PASSWORD/],
      ["refuses PostgreSQL that trusts", [database({ envs: ["POSTGRES_HOST_AUTH_METHOD=trust"] })], /trusts whoever connects/],
      ["refuses MongoDB that asks nobody", [database({ command: ["mongod", "--noauth"] })], /--noauth; remove it/],
      ["refuses Redis without password", [cache({ envs: [] })], /^Redis has no password/],
      ["refuses Redis without protection", [cache({ command: ["redis-server", "--protected-mode no"] })], /protected-mode no/],
      ["refuses it in a pod", [kubernetes({ env: [] }, {}, "apps/v1:StatefulSet", "cache")], /Redis has no password/],
      ["refuses a cloud's database without", [rds({ password: undefined })], /it has no password; set manageMasterUserPassword/],
      ["refuses a cloud's cache without", [redis({ authToken: undefined })], /set authToken, or userGroupIds/],
      ["refuses a single cluster, which can have none", [of("aws:elasticache/cluster:Cluster", { engine: "redis" })], /use a ReplicationGroup/],
    ],
  },
  {
    rule: "store-backed-up",
    good: [[rds()], [rds({ backupRetentionPeriod: undefined, replicateSourceDb: "motel" })], [rds({ backupRetentionPeriod: later })]],
    bad: [
      ["refuses a database without its own backups", [rds({ backupRetentionPeriod: 0 })], /^backupRetentionPeriod is 0; set it to at least 7/],
      ["refuses one that doesn't say", [rds({ backupRetentionPeriod: undefined })], /not set/],
      ["refuses six days of a cluster", [of("aws:docdb/cluster:Cluster", { backupRetentionPeriod: 6 })], /is 6/],
    ],
  },
  {
    rule: "network-closed",
    good: [[network({})], [network({ internal: false }, "web")], [network({ internal: later })]],
    bad: [
      ["refuses a store's network with a way out", [network({ internal: false })], /^the network of a database is not internal; set internal: true/],
      ["refuses a cache's", [network({ internal: false }, "cache")], /of a cache/],
      ["refuses one that anybody may join", [network({ attachable: true }, "web")], /attachable is true/],
      ["refuses the host's", [network({ driver: "macvlan" }, "web")], /driver is "macvlan"/],
    ],
  },
  {
    rule: "data-protected",
    good: [[volume("database", true)], [volume("database-config", false)], [volume("backup", false)], [of(randomPassword, {}, "motel-jwtSecret", true)], [of(randomPassword, {}, "motel-monitorPassword", false)], [rds()], [of("aws:s3/bucket:Bucket", {}, "backups", true)], [of("kubernetes:core/v1:PersistentVolumeClaim", { metadata: { labels: ownLabels("volume", "motel", "database-config") } }, "x", false)]],
    bad: [
      ["refuses a database's volume without protection", [volume("database", false)], /^it is not protected; set protect: true/],
      ["refuses uploads without", [volume("uploads", false)], /not protected/],
      ["refuses what opens data without", [of(randomPassword, {}, "motel-databasePassword", false)], /not protected/],
      ["refuses a claim without", [of("kubernetes:core/v1:PersistentVolumeClaim", {}, "motel-database", false)], /not protected/],
      ["refuses a bucket without", [of("aws:s3/bucket:Bucket", {}, "backups", false)], /not protected/],
      ["refuses a bucket that goes with all that is in it", [of("aws:s3/bucket:Bucket", { forceDestroy: true }, "backups", true)], /forceDestroy is true/],
      ["refuses a database that AWS would delete", [rds({ deletionProtection: false })], /deletionProtection is not true/],
      ["refuses one that leaves no snapshot", [rds({ skipFinalSnapshot: true })], /skipFinalSnapshot/],
    ],
  },
  {
    rule: "tagged",
    good: [[docker()], [kubernetes()], [ecs()], [volume("database", true)], [network({})], [of("aws:s3/bucket:Bucket", { tags: { "stackbook:stack": "prod", "stackbook:system": "stack" } })], [of("kubernetes:core/v1:Namespace", { metadata: { labels: later } })], [of(randomPassword, {})]],
    bad: [
      ["refuses a container of nobody's", [docker({ labels: [] })], /^it lacks stackbook\.stack, stackbook\.system, stackbook\.role; add them to its labels/],
      ["refuses a volume without its system", [of(dockerVolume, { labels: pairs({ "stackbook.stack": "prod", "stackbook.role": "volume" }) })], /lacks stackbook\.system/],
      ["refuses a Deployment of nobody's", [of("kubernetes:apps/v1:Deployment", { metadata: {} })], /lacks stackbook\.stack, stackbook\.system;/],
      ["refuses a cloud's resource of nobody's", [of("aws:rds/instance:Instance", { tags: {} })], /add them to its tags/],
    ],
  },
];
