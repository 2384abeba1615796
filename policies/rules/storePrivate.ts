import { dockerContainer, labelsOf, type Rule } from "../rule";

/** X2: databases and caches are reached by their own system only. */
export const storePrivate: Rule = {
  name: "store-private",
  description: "A database or cache publishes no port; only the edge does.",
  types: [dockerContainer],
  check(props) {
    const role = labelsOf(props)["stackbook.role"];
    const ports = Array.isArray(props["ports"]) ? (props["ports"] as { internal?: number; external?: number }[]) : [];
    if (props["publishAllPorts"] === true) return ["publishAllPorts is true; remove it and let the edge route"];
    if (ports.length === 0 || role === "edge") return [];
    return ports.map((port) => `port ${port.internal} of a ${role ?? "container without role"} is published; remove ports and let the edge route`);
  },
};
