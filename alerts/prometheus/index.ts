import type { RulesInput } from "../types";

/** Rule files by name, as YAML. */
export function renderPrometheusRules(_input: RulesInput): Record<string, string> {
  return {};
}
