import { serve } from "../rpc/server";
import { text, type Bag } from "../rpc/values";
import { replacesOnAws } from "./awsReplaces";
import { digestOf, recorder } from "./recorder";

const ACCOUNT = "000000000000";
const REGION = "eu-central-1";

/** What AWS makes up besides a name and an ARN, where a program goes on with it. */
const more: Readonly<Record<string, (called: string, inputs: Bag) => Bag>> = {
  "aws:ecs/taskDefinition:TaskDefinition": (_called, inputs) => {
    const revision = Number.parseInt(digestOf(inputs).slice(0, 6), 16);
    return { revision, arn: `arn:aws:ecs:${REGION}:${ACCOUNT}:task-definition/${text(inputs.family) ?? ""}:${revision}` };
  },
  "aws:secretsmanager/secretVersion:SecretVersion": (_called, inputs) => ({ versionId: digestOf(inputs).slice(0, 32), arn: text(inputs.secretId) }),
  "aws:rds/instance:Instance": (called) => ({ address: `${called}.c0.${REGION}.rds.amazonaws.com`, endpoint: `${called}.c0.${REGION}.rds.amazonaws.com:5432`, resourceId: `db-${called}` }),
  "aws:docdb/cluster:Cluster": (called) => ({ endpoint: `${called}.cluster-c0.${REGION}.docdb.amazonaws.com`, clusterResourceId: `cluster-${called}` }),
  "aws:elasticache/replicationGroup:ReplicationGroup": (called) => ({ primaryEndpointAddress: `master.${called}.c0.euc1.cache.amazonaws.com` }),
  "aws:lb/loadBalancer:LoadBalancer": (called) => ({ dnsName: `${called}.${REGION}.elb.amazonaws.com`, zoneId: "Z215JYRZR1TBD5", arnSuffix: `app/${called}/50dc6c495c0c9188` }),
  "aws:lb/targetGroup:TargetGroup": (called) => ({ arnSuffix: `targetgroup/${called}/73e2d6bc24d8a067` }),
  "aws:ec2/vpcEndpoint:VpcEndpoint": () => ({ prefixListId: "pl-6ea54007" }),
  "aws:acm/certificate:Certificate": (_called, { domainName, subjectAlternativeNames }) => ({
    domainValidationOptions: [domainName, ...(Array.isArray(subjectAlternativeNames) ? subjectAlternativeNames : [])].map((name) => ({ domainName: text(name) ?? "", resourceRecordName: `_1.${text(name) ?? ""}.`, resourceRecordType: "CNAME", resourceRecordValue: "_2.acm-validations.aws." })),
  }),
  "aws:route53/record:Record": (_called, { name }) => ({ fqdn: name }),
};

serve(
  recorder({
    name: "aws",
    version: "7.48.0",
    replaces: (path, { type }) => replacesOnAws(type, path),
    madeUp({ type, name }, digest, inputs) {
      const [service = "aws", resource = "resource"] = (type.split(":")[1] ?? "").split("/");
      const called = text(inputs.name) ?? text(inputs.bucket) ?? text(inputs.identifier) ?? text(inputs.clusterIdentifier) ?? text(inputs.replicationGroupId) ?? `${name}-${digest.slice(0, 7)}`;
      return {
        id: called,
        outputs: { name: called, arn: `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}/${called}`, ...(type === "aws:s3/bucket:Bucket" ? { bucket: called } : {}), ...more[type]?.(called, inputs) },
      };
    },
  }),
);
