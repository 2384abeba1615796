import { dockerContainer, labelsOf, type Rule } from "../rule";

/** Decision 6: nothing counts as created until its health check passes, so there must be one. */
export const healthcheck: Rule = {
  name: "healthcheck",
  description: "A container that others depend on says whether it is healthy.",
  types: [dockerContainer],
  check(props) {
    const role = labelsOf(props)["stackbook.role"];
    if (!["app", "database", "cache", "edge", "backup"].includes(role ?? "") || labelsOf(props)["stackbook.service"] === "acme") return [];
    const tests = (props["healthcheck"] as { tests?: unknown[] } | undefined)?.tests ?? [];
    return tests.length === 0 || tests[0] === "NONE" ? [`role ${role} has no healthcheck; set healthcheck.tests, such as ["CMD", "curl", "-fsS", "http://127.0.0.1:8080/health"]`] : [];
  },
};
