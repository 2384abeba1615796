import type { StackConfig } from "../../config/types";
import type { RunningSystem } from "../outputs";
import type { OptionalPart } from "./facts";

/** Prometheus's rules from the catalogue of alerts. File -> text. */
export function renderRules(_stack: StackConfig, _systems: readonly RunningSystem[], _parts: readonly OptionalPart[]): Record<string, string> {
  return {};
}
