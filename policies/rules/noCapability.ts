import type { Rule } from "../rule";
import { insteadOf, ofContainers, type Instead } from "../view/container";

const instead: Instead = { docker: `set capabilities to { drops: ["ALL"] }`, kubernetes: `set securityContext.capabilities to { drop: ["ALL"] }`, ecs: `set linuxParameters.capabilities to { drop: ["ALL"] }` };

export const noCapability: Rule = {
  name: "no-capability",
  description: "All capabilities are dropped, and none is added.",
  why: "Each is a piece of root: it opens, reads or sends what the program has no business with.",
  source: "X4",
  check: ofContainers((container) => [
    ...(container.addedCapabilities.length > 0 ? [`capabilities ${container.addedCapabilities.join(", ")} are added; remove them`] : []),
    ...(container.dropsAll ? [] : [`capabilities are kept; ${insteadOf(instead, container)}`]),
  ]),
};
