/** Inputs of AWS's that can't be changed: another value is another resource. Of a type that isn't here, its name. */
const fixed: Readonly<Record<string, readonly string[] | "all">> = {
  // A revision is never changed.
  "aws:ecs/taskDefinition:TaskDefinition": "all",
  "aws:secretsmanager/secretVersion:SecretVersion": "all",
  "aws:ec2/vpc:Vpc": ["cidrBlock"],
  "aws:ec2/subnet:Subnet": ["vpcId", "cidrBlock", "availabilityZone"],
  "aws:ec2/securityGroup:SecurityGroup": ["name", "description", "vpcId"],
  "aws:rds/instance:Instance": ["identifier", "dbName", "username", "engine", "storageEncrypted"],
  "aws:docdb/cluster:Cluster": ["clusterIdentifier", "masterUsername", "engine", "storageEncrypted"],
  "aws:elasticache/replicationGroup:ReplicationGroup": ["replicationGroupId", "atRestEncryptionEnabled", "subnetGroupName"],
  "aws:efs/fileSystem:FileSystem": ["encrypted"],
};

export function replacesOnAws(type: string, path: string): boolean {
  const known = fixed[type] ?? ["name", "bucket", "identifier"];
  return known === "all" ? !path.startsWith("tags") : known.includes(path);
}
