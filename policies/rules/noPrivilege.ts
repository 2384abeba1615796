import type { Rule } from "../rule";
import { insteadOf, ofContainers, type Instead } from "../view/container";

const instead: Instead = { docker: `add "no-new-privileges:true" to securityOpts`, kubernetes: "set securityContext.allowPrivilegeEscalation to false", ecs: `add "no-new-privileges" to dockerSecurityOptions, or run it on Fargate` };

export const noPrivilege: Rule = {
  name: "no-privilege",
  description: "No container is privileged, or may become so.",
  why: "A privileged container is the host.",
  source: "X4",
  check: ofContainers((container) => [
    ...(container.privileged ? ["privileged is true; remove it"] : []),
    ...(container.newPrivileges ? [`its processes may gain privileges; ${insteadOf(instead, container)}`] : []),
  ]),
};
