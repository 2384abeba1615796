import type { Rule } from "../rule";
import { insteadOf, ofContainers, type Container, type Instead } from "../view/container";

const instead: Instead = {
  docker: `set user to a number other than 0, such as "1000:1000"`,
  kubernetes: "set securityContext.runAsUser to a number other than 0, such as 1000",
  ecs: `set user to a number other than 0, such as "1000:1000"`,
};

export const noRoot: Rule = {
  name: "no-root",
  description: "A container's process runs as a user of its own, never as root.",
  why: "Root in a container is root on the host one kernel bug later.",
  source: "X4",
  check: ofContainers((container) => {
    const { user } = container;
    const isRoot = user === undefined || (typeof user === "string" && (user === "" || /^(0|root)(:|$)/.test(user)));
    if (!isRoot) return [];
    if (container.role === "collector") return collectorProblems(container);
    return [`user is ${JSON.stringify(user ?? "not set")}; ${insteadOf(instead, container)}`];
  }),
};

/**
 * The log collector is the one exception (docs/decisions/0011): the engine keeps containers' logs where only the host's
 * root may look. It is root without any of root's capabilities, reached by nobody from outside, and reads only.
 */
function collectorProblems({ addedCapabilities, dropsAll, mounts, published }: Container): string[] {
  const folders = mounts.filter(({ kind }) => kind === "host");
  return [
    ...(!dropsAll || addedCapabilities.length > 0 ? ["the collector is root and keeps capabilities; drop ALL and add none"] : []),
    ...(published.length > 0 ? ["the collector is root and publishes a port; remove it"] : []),
    ...folders.filter(({ readOnly }) => !readOnly).map(({ source }) => `the collector is root and may write to the host's ${source}; set readOnly`),
    ...(folders.length === 0 ? ["the collector is root and reads nothing of the host; give it a user of its own"] : []),
  ];
}
