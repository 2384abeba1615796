import { Certificate } from "@pulumi/aws/acm/certificate";
import { CertificateValidation } from "@pulumi/aws/acm/certificateValidation";
import type { SecurityGroup } from "@pulumi/aws/ec2/securityGroup";
import { Listener } from "@pulumi/aws/lb/listener";
import { LoadBalancer } from "@pulumi/aws/lb/loadBalancer";
import { TargetGroup } from "@pulumi/aws/lb/targetGroup";
import { Record as DnsRecord } from "@pulumi/aws/route53/record";
import { SecurityGroupIngressRule } from "@pulumi/aws/vpc/securityGroupIngressRule";
import type * as pulumi from "@pulumi/pulumi";
import { edgeListen } from "../../components/edge";
import type { EdgeArgs } from "../platform";
import { createAccessLogs } from "./accessLogs";
import type { AwsContext } from "./context";
import { open } from "./groups";
import { createWall } from "./wall";

export interface Balancer {
  readonly balancer: LoadBalancer;
  readonly target: TargetGroup;
  /** Of the edge's tasks. */
  readonly edgeGroup: SecurityGroup;
  /** Done when visitors are answered. */
  readonly ready: pulumi.Resource[];
}

/** Seconds for which the balancer keeps connections that nobody uses; also of WebSockets, which send something more often. */
export const idleSeconds = 60;

/** TLS 1.2 and 1.3, by AWS's name. */
const tlsPolicy = "ELBSecurityPolicy-TLS13-1-2-2021-06";

/**
 * The one thing with an address in the net: it ends TLS with a certificate of ACM, leads plain HTTP to HTTPS, and hands
 * everything to the edge, by TLS again.
 */
export function createBalancer(context: AwsContext, args: EdgeArgs, opts: pulumi.CustomResourceOptions): Balancer {
  const { network } = context;
  const tags = (service: string): Record<string, string> => context.tags("stack", service, "edge");
  const front = context.group("stack", "balancer");
  for (const port of [80, 443]) {
    new SecurityGroupIngressRule(`balancer-${port}`, { securityGroupId: front.id, ipProtocol: "tcp", fromPort: port, toPort: port, cidrIpv4: "0.0.0.0/0", description: "visitors", tags: context.tags("stack", "balancer", "network") }, context.options(opts));
  }
  const edgeGroup = context.group("stack", "edge");
  open(context, { name: "balancer-to-edge", from: front, to: edgeGroup, port: edgeListen.https }, opts);
  open(context, { name: "balancer-to-edge-health", from: front, to: edgeGroup, port: edgeListen.admin }, opts);
  const logs = createAccessLogs(context, opts);
  const balancer = new LoadBalancer(
    "balancer",
    {
      name: context.name("edge"),
      loadBalancerType: "application",
      internal: false,
      securityGroups: [front.id],
      subnets: network.subnets.public.map(({ id }) => id),
      idleTimeout: idleSeconds,
      // What two programs read differently is refused before it gets anywhere.
      desyncMitigationMode: "strictest",
      dropInvalidHeaderFields: true,
      preserveHostHeader: true,
      enableDeletionProtection: args.protect,
      accessLogs: { bucket: logs.bucket, enabled: true },
      tags: tags("balancer"),
    },
    context.options(opts, { dependsOn: logs.ready }),
  );
  const target = new TargetGroup(
    "edge",
    {
      name: context.name("edge"),
      vpcId: network.vpc.id,
      targetType: "ip",
      protocol: "HTTPS",
      port: edgeListen.https,
      deregistrationDelay: args.drainSeconds,
      healthCheck: { protocol: "HTTP", port: String(edgeListen.admin), path: "/healthz", matcher: "200", interval: 10, timeout: 5, healthyThreshold: 2, unhealthyThreshold: 2 },
      tags: tags("edge"),
    },
    context.options(opts),
  );
  const certificate = createCertificate(context, args.hosts, opts);
  const https = new Listener(
    "https",
    { loadBalancerArn: balancer.arn, protocol: "HTTPS", port: 443, sslPolicy: tlsPolicy, certificateArn: certificate, defaultActions: [{ type: "forward", targetGroupArn: target.arn }], tags: tags("https") },
    context.options(opts),
  );
  const http = new Listener(
    "http",
    { loadBalancerArn: balancer.arn, protocol: "HTTP", port: 80, defaultActions: [{ type: "redirect", redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" } }], tags: tags("http") },
    context.options(opts),
  );
  const wall = createWall(context, balancer, opts);
  const names = createNames(context, args.hosts, balancer, opts);
  context.inventory.balancer = { arnSuffix: balancer.arnSuffix, targetGroupSuffix: target.arnSuffix };
  return { balancer, target, edgeGroup, ready: [https, http, ...wall, ...names] };
}

/** Given, or asked for and confirmed by a record in the stack's zone. @returns its ARN */
function createCertificate(context: AwsContext, hosts: readonly string[], opts: pulumi.CustomResourceOptions): pulumi.Input<string> {
  const { certificate: given, hostedZone } = context.settings;
  if (given !== undefined) return given;
  const [first, ...others] = [...new Set(hosts)];
  if (hostedZone === undefined || first === undefined) throw new Error("aws.certificate and aws.hostedZone are missing: the balancer has no certificate");
  const certificate = new Certificate("certificate", { domainName: first, subjectAlternativeNames: others, validationMethod: "DNS", tags: context.tags("stack", "certificate", "edge") }, context.options(opts));
  const records = [first, ...others].map((host, at) => {
    const wanted = certificate.domainValidationOptions.apply((options) => options.find(({ domainName }) => domainName === host));
    return new DnsRecord(
      `certificate-${at}`,
      {
        zoneId: hostedZone,
        name: wanted.apply((record) => record?.resourceRecordName ?? host),
        type: wanted.apply((record) => record?.resourceRecordType ?? "CNAME"),
        records: [wanted.apply((record) => record?.resourceRecordValue ?? "")],
        ttl: 300,
        allowOverwrite: true,
      },
      context.options(opts),
    );
  });
  return new CertificateValidation("certificate", { certificateArn: certificate.arn, validationRecordFqdns: records.map(({ fqdn }) => fqdn) }, context.options(opts)).certificateArn;
}

function createNames(context: AwsContext, hosts: readonly string[], { dnsName, zoneId }: LoadBalancer, opts: pulumi.CustomResourceOptions): DnsRecord[] {
  const { hostedZone } = context.settings;
  if (hostedZone === undefined) return [];
  return [...new Set(hosts)].map((host) => new DnsRecord(`name-${host}`, { zoneId: hostedZone, name: host, type: "A", aliases: [{ name: dnsName, zoneId, evaluateTargetHealth: true }] }, context.options(opts)));
}
