import type { Rule } from "../rule";
import { insteadOf, ofContainers } from "../view/container";

export const noHostNamespace: Rule = {
  name: "no-host-namespace",
  description: "No container shares the host's network, processes, memory or users.",
  why: "It then reaches every service of the host as if it were one, past every network's border.",
  source: "X4",
  check: ofContainers((container) =>
    container.hostNamespaces.map((kind) => `it shares the host's ${kind}; ${insteadOf({ docker: `remove ${kind}Mode`, kubernetes: `remove host${kind[0]?.toUpperCase() ?? ""}${kind.slice(1)} (hostPID, hostIPC) from the pod's spec`, ecs: `use "awsvpc" as networkMode and "task" as ${kind === "network" ? "pidMode" : `${kind}Mode`}` }, container)}`)),
};
