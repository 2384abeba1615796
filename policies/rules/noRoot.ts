import { dockerContainer, isHostFolder, labelsOf, mountsOf, type Rule } from "../rule";

/** X4: no container runs as root. */
export const noRoot: Rule = {
  name: "no-root",
  description: "A container's process runs as a user of its own: root in a container is root one kernel bug later.",
  types: [dockerContainer],
  check(props) {
    const { user } = props;
    const isRoot = typeof user !== "string" || user === "" || /^(0|root)(:|$)/.test(user);
    if (!isRoot) return [];
    if (labelsOf(props)["stackbook.role"] === "collector") return collectorProblems(props);
    return [`user is ${JSON.stringify(user ?? "not set")}; set it to a number other than 0, such as "1000:1000"`];
  },
};

/**
 * The log collector is the one exception (docs/decisions): the engine keeps containers' logs where only the host's
 * root may look. It is root without any of root's capabilities, reached by nobody from outside, and reads only.
 */
function collectorProblems(props: Readonly<Record<string, unknown>>): string[] {
  const problems: string[] = [];
  const capabilities = props["capabilities"] as { adds?: string[]; drops?: string[] } | undefined;
  const dropsAll = (capabilities?.drops ?? []).some((drop) => drop.replace(/^CAP_/, "") === "ALL");
  if (!dropsAll || (capabilities?.adds ?? []).length > 0) problems.push(`the collector is root and keeps capabilities; set capabilities to { drops: ["ALL"] }`);
  if ((Array.isArray(props["ports"]) && props["ports"].length > 0) || props["publishAllPorts"] === true)
    problems.push("the collector is root and publishes a port; remove it");
  for (const mount of mountsOf(props)) {
    if (isHostFolder(mount) && !mount.readOnly) problems.push(`the collector is root and may write to the host's ${mount.source}; set readOnly`);
  }
  if (!mountsOf(props).some(isHostFolder)) problems.push("the collector is root and reads nothing of the host; give it a user of its own");
  return problems;
}
