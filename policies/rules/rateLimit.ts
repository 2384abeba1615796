import type { Found, Resource, StackRule } from "../rule";
import { edgesOf, servedSystems } from "../view/texts";
import { at, mapsAt } from "../view/values";

export const rateLimit: StackRule = {
  name: "rate-limit",
  description: "Every system's visitors are counted by address, and held back beyond a limit.",
  why: "One client can else take a system from all others, or try passwords all night.",
  source: "X1, the runbooks' rate limits",
  checkStack: (resources) => [...resources.flatMap(edges), ...loadBalancers(resources)],
};

function edges(resource: Resource): Found[] {
  return edgesOf(resource).flatMap((edge) => {
    const lines = edge.sections.flatMap(({ lines: own }) => own);
    return servedSystems(edge).filter((system) => {
      const tracked = lines.some((line) => /^http-request track-sc\d /.test(line) && line.includes(`-m str ${system} `));
      const held = lines.some((line) => /sc_http_req_rate\(\d,/.test(line) && line.includes(`-m str ${system} `));
      return !tracked || !held;
    }).map((system) => ({ resource: resource.name, problem: `visitors of ${system} are not limited; count them by track-sc0 into a stick-table and refuse beyond it (systems.${system}.rateLimit)` }));
  });
}

/** A load balancer that faces the net has a web ACL, in which some rule counts. */
function loadBalancers(resources: readonly Resource[]): Found[] {
  const facing = resources.filter(({ type, props }) => /^aws:(lb|alb)\/loadBalancer:LoadBalancer$/.test(type) && props["internal"] !== true && (props["loadBalancerType"] ?? "application") === "application");
  if (facing.length === 0) return [];
  const counts = resources.some(({ type, props }) => type === "aws:wafv2/webAcl:WebAcl" && mapsAt(props, "rules").some((rule) => at(rule, "statement", "rateBasedStatement") !== undefined));
  const joined = resources.filter(({ type }) => type === "aws:wafv2/webAclAssociation:WebAclAssociation").length;
  // HAProxy behind it may count instead; then its configuration is in the stack and was looked at above.
  if (resources.some((resource) => edgesOf(resource).length > 0)) return [];
  return facing.slice(counts ? joined : 0).map(({ name }) => ({ resource: name, problem: "its visitors are not limited; associate a wafv2 WebAcl with a rateBasedStatement" }));
}
