type Output = (name: string, inputs: Record<string, unknown>) => Record<string, unknown>;

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
const region = "eu-central-1";

/** What AWS adds, where the program goes on with it; a type that isn't listed is a mistake in the program or here. */
const special: Readonly<Record<string, Output>> = {
  "aws:acm/certificate:Certificate": (_name, { domainName, subjectAlternativeNames }) => ({
    domainValidationOptions: [domainName, ...(subjectAlternativeNames as string[])].map((host) => ({ domainName: host, resourceRecordName: `_1.${textOf(host)}.`, resourceRecordType: "CNAME", resourceRecordValue: "_2.aws." })),
  }),
  "aws:docdb/cluster:Cluster": (_name, { clusterIdentifier }) => ({ endpoint: `${textOf(clusterIdentifier)}.docdb.amazonaws.com`, clusterResourceId: `cluster-${textOf(clusterIdentifier)}` }),
  "aws:ec2/vpcEndpoint:VpcEndpoint": () => ({ prefixListId: "pl-1" }),
  "aws:ecs/taskDefinition:TaskDefinition": (_name, { family }) => ({ arn: `arn:aws:ecs:${region}:123456789012:task-definition/${textOf(family)}:1` }),
  "aws:elasticache/replicationGroup:ReplicationGroup": (_name, { replicationGroupId }) => ({ primaryEndpointAddress: `master.${textOf(replicationGroupId)}.cache.amazonaws.com` }),
  "aws:lb/loadBalancer:LoadBalancer": () => ({ dnsName: "edge.elb.amazonaws.com", zoneId: "Z1", arnSuffix: "app/edge/1" }),
  "aws:lb/targetGroup:TargetGroup": () => ({ arnSuffix: "targetgroup/edge/1" }),
  "aws:rds/instance:Instance": (_name, { identifier }) => ({ address: `${textOf(identifier)}.rds.amazonaws.com`, resourceId: `db-${textOf(identifier)}` }),
  "aws:route53/record:Record": (_name, { name: host }) => ({ fqdn: host }),
  "aws:s3/bucket:Bucket": (name) => ({ bucket: `${name}-1a2b3c4` }),
  "aws:secretsmanager/secretVersion:SecretVersion": () => ({ versionId: "11111111-2222-3333-4444-555555555555" }),
};

const plain = [
  "acm/certificateValidation:CertificateValidation", "appautoscaling/policy:Policy", "appautoscaling/target:Target", "cloudwatch/logGroup:LogGroup", "docdb/clusterInstance:ClusterInstance",
  "docdb/clusterParameterGroup:ClusterParameterGroup", "docdb/subnetGroup:SubnetGroup", "ec2/eip:Eip", "ec2/internetGateway:InternetGateway", "ec2/natGateway:NatGateway", "ec2/route:Route", "ec2/routeTable:RouteTable",
  "ec2/routeTableAssociation:RouteTableAssociation", "ec2/securityGroup:SecurityGroup", "ec2/subnet:Subnet", "ec2/vpc:Vpc", "ecs/cluster:Cluster", "ecs/service:Service", "efs/accessPoint:AccessPoint",
  "efs/fileSystem:FileSystem", "efs/mountTarget:MountTarget", "elasticache/subnetGroup:SubnetGroup", "iam/role:Role", "iam/rolePolicy:RolePolicy", "lb/listener:Listener", "rds/parameterGroup:ParameterGroup",
  "rds/subnetGroup:SubnetGroup", "s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", "s3/bucketOwnershipControls:BucketOwnershipControls", "s3/bucketPolicy:BucketPolicy",
  "s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration", "s3/bucketVersioning:BucketVersioning", "secretsmanager/secret:Secret",
  "servicediscovery/privateDnsNamespace:PrivateDnsNamespace", "servicediscovery/service:Service", "vpc/securityGroupEgressRule:SecurityGroupEgressRule", "vpc/securityGroupIngressRule:SecurityGroupIngressRule",
  "wafv2/webAcl:WebAcl", "wafv2/webAclAssociation:WebAclAssociation",
];

const arnOf = (type: string, name: string): string => `arn:aws:${(type.split(":")[1] ?? "").replace("/", `:${region}:123456789012:`)}/${name}`;

export const awsOutputs: Readonly<Record<string, Output>> = {
  ...Object.fromEntries([...plain.map((type) => `aws:${type}`), ...Object.keys(special)].map((type): [string, Output] => [type, (name, inputs) => ({ arn: arnOf(type, name), ...special[type]?.(name, inputs) })])),
  "pulumi:providers:aws": () => ({}),
  "pulumi-nodejs:dynamic/stackbook:EcsTask": () => ({ result: "2026-01-01T00:00:00.000Z", answer: "" }),
  "pulumi-nodejs:dynamic/stackbook:Rollout": () => ({}),
};
