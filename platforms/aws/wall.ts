import { WebAcl, type WebAclArgs } from "@pulumi/aws/wafv2/webAcl";
import { WebAclAssociation } from "@pulumi/aws/wafv2/webAclAssociation";
import type { LoadBalancer } from "@pulumi/aws/lb/loadBalancer";
import type * as pulumi from "@pulumi/pulumi";
import type { AwsContext } from "./context";

/** WAF's own least. */
const leastRequests = 10;

/**
 * Counts visitors by address before they reach anything, over a minute and for each system: all edges together, where each
 * edge counts for itself. Sizes of bodies are the edge's business, which counts them as they come in.
 */
export function createWall(context: AwsContext, balancer: LoadBalancer, opts: pulumi.CustomResourceOptions): pulumi.Resource[] {
  const systems = context.config.systems.filter(({ enabled }) => enabled);
  const figures = (metricName: string): { cloudwatchMetricsEnabled: boolean; metricName: string; sampledRequestsEnabled: boolean } => ({ cloudwatchMetricsEnabled: true, metricName, sampledRequestsEnabled: false });
  const rules: WebAclArgs["rules"] = systems.map(({ domain, rateLimit, spec }, priority) => ({
    name: `rate-${spec.id}`,
    priority,
    action: { block: { customResponse: { responseCode: 429, responseHeaders: [{ name: "Retry-After", value: "60" }] } } },
    statement: {
      rateBasedStatement: {
        aggregateKeyType: "IP",
        evaluationWindowSec: 60,
        limit: Math.max(leastRequests, rateLimit.requestsPerMinute),
        scopeDownStatement: { byteMatchStatement: { fieldToMatch: { singleHeader: { name: "host" } }, positionalConstraint: "EXACTLY", searchString: domain, textTransformations: [{ priority: 0, type: "LOWERCASE" }] } },
      },
    },
    visibilityConfig: figures(`rate-${spec.id}`),
  }));
  const acl = new WebAcl("wall", { name: context.name("edge"), scope: "REGIONAL", defaultAction: { allow: {} }, rules, visibilityConfig: figures("all"), tags: context.tags("stack", "wall", "edge") }, context.options(opts));
  return [new WebAclAssociation("wall", { resourceArn: balancer.arn, webAclArn: acl.arn }, context.options(opts))];
}
