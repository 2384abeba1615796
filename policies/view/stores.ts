import { kubernetesKind, type Resource } from "../rule";

/** Types of databases and caches that a cloud runs. */
export const cloudDatabases: readonly string[] = ["aws:rds/instance:Instance", "aws:rds/cluster:Cluster", "aws:docdb/cluster:Cluster"];
export const cloudCaches: readonly string[] = ["aws:elasticache/replicationGroup:ReplicationGroup", "aws:elasticache/cluster:Cluster", "aws:elasticache/serverlessCache:ServerlessCache"];

/** Ports on which stores listen: PostgreSQL, MySQL, MongoDB, Redis. */
export const storePorts: readonly number[] = [5432, 3306, 27017, 6379];

/** Copies of a database that is backed up itself. */
export const isReplica = ({ props }: Resource): boolean => props["replicateSourceDb"] !== undefined || props["replicationSourceIdentifier"] !== undefined;

/** What goes with everything in it when it is deleted. */
const holders: readonly string[] = [
  ...cloudDatabases, "aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2", "aws:efs/fileSystem:FileSystem", "aws:ebs/volume:Volume", "aws:dynamodb/table:Table", "aws:kms/key:Key", "aws:backup/vault:Vault",
  "aws:elasticache/replicationGroup:ReplicationGroup",
];

/** By type alone; a Docker volume or a claim is told by what it is for (see `holdsData`). */
export function isHolder(type: string): boolean {
  return holders.includes(type) || kubernetesKind(type) === "PersistentVolumeClaim" || kubernetesKind(type) === "PersistentVolume";
}
