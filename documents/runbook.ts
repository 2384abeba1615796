import { monitoringDoors } from "../components/monitoring/doors";
import { rulesInput } from "../components/monitoring/rules";
import { factsOf } from "../config/facts";
import { parseConfig } from "../config/parse";
import { renderRunbook } from "../operations/runbook";
import { systemIds } from "../systems";

export const runbookFolder = "docs/runbook";

/** docs/runbook/: the runbook of a dev stack with all five systems, as the catalogue has them. A stack's own has its own addresses. */
export function exampleRunbook(): Readonly<Record<string, string>> {
  const stack = parseConfig({
    project: "stackbook", stack: "dev", secretKeys: new Set(), source: "Pulumi.dev.yaml",
    values: { "stackbook:systems": JSON.stringify(Object.fromEntries(systemIds.map((id) => [id, {}]))) },
  });
  const running = stack.systems.map((config) => ({ config }));
  const doors = monitoringDoors(stack, () => undefined);
  const pages = renderRunbook({
    facts: factsOf(stack), rules: rulesInput(stack, running, ["cadvisor", "loki", "collector", "status", "grafana"]),
    pages: Object.fromEntries(doors.map(({ name, url }) => [name, url])),
  });
  return Object.fromEntries(Object.entries(pages).map(([name, text]) => [`${runbookFolder}/${name}`, text]));
}
