import type { Found, Resource, StackRule } from "../rule";
import { textsOf } from "../view/texts";
import { at, isMap, listAt, mapsAt, parsed, textAt } from "../view/values";

export const alertsReceived: StackRule = {
  name: "alerts-received",
  description: "Every critical alert reaches somebody.",
  why: "An alert that nobody gets is a line in a log.",
  source: "A3, each runbook's escalation",
  // A dev stack has nobody to wake.
  inDev: "advisory",
  checkStack: (resources) => [...resources.flatMap(alertmanagers), ...resources.flatMap(alarms)],
};

interface Route {
  readonly receiver: string;
  readonly matchers: readonly string[];
}

function alertmanagers(resource: Resource): Found[] {
  return textsOf(resource).filter(({ name }) => /^alertmanager\.ya?ml$/.test(name)).flatMap(({ text }) => {
    // Written as JSON, which is YAML, below a line that says so.
    const config = parsed(text.replace(/^#.*\n/gm, ""));
    if (!isMap(config)) return [{ resource: resource.name, problem: "alertmanager.yml can't be read; write it as JSON, as the program does" }];
    const reached = new Set(mapsAt(config, "receivers").filter((receiver) => Object.entries(receiver).some(([key, ways]) => key.endsWith("_configs") && Array.isArray(ways) && ways.length > 0)).map(({ name }) => String(name)));
    const root = String(textAt(config, "route", "receiver"));
    const critical = routesBelow(at(config, "route"), root).filter(({ matchers }) => matchers.some((matcher) => /^severity=~?"[^"]*\b(page|critical)\b/.test(matcher)));
    const found = (critical.length === 0 ? [{ receiver: root, matchers: [] }] : critical).filter(({ receiver }) => !reached.has(receiver));
    return [...new Set(found.map(({ receiver }) => receiver))].map((receiver): Found => ({ resource: resource.name, problem: `critical alerts go to "${receiver}", which tells nobody; name a channel under stackbook:alerts.channels, and in alerts.routes.page` }));
  });
}

/** Each route with the receiver that it has or inherits, and all that must fit. */
function routesBelow(route: unknown, inherited: string, above: readonly string[] = []): Route[] {
  const receiver = textAt(route, "receiver");
  const own = typeof receiver === "string" ? receiver : inherited;
  const matchers = [...above, ...listAt(route, "matchers").map(String)];
  return [{ receiver: own, matchers }, ...listAt(route, "routes").flatMap((below) => routesBelow(below, own, matchers))];
}

function alarms({ name, props, type }: Resource): Found[] {
  if (type !== "aws:cloudwatch/metricAlarm:MetricAlarm" && type !== "aws:cloudwatch/compositeAlarm:CompositeAlarm") return [];
  if (typeof at(props, "alarmActions") === "symbol") return [];
  if (at(props, "actionsEnabled") === false) return [{ resource: name, problem: "actionsEnabled is false; remove it, and close the system for maintenance instead" }];
  // Shows only, by its own word; or a composite alarm tells in its place.
  if (["nobody", "composite"].includes(String(at(props, "tags", "stackbook.tells")))) return [];
  return listAt(props, "alarmActions").length > 0 ? [] : [{ resource: name, problem: "alarmActions is empty; name the SNS topic of those on call (alarmTargets)" }];
}
