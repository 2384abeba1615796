import { systemIds } from "../../systems";
import { configFiles, later, type Found, type Resource, type StackRule } from "../rule";
import { placed } from "../view/backups";
import { textsOf } from "../view/texts";
import { at, shown } from "../view/values";

export const alertsPresent: StackRule = {
  name: "alerts-present",
  description: "Every system that runs has its alerts.",
  why: "What nobody watches fails at night and is found by visitors in the morning.",
  source: "A1, each runbook's alert table",
  inDev: "advisory",
  checkStack(resources) {
    const running = systemIds.filter((id) => placed(resources).some(({ container }) => container.system === id && container.role === "app"));
    if (resources.some(isUnknown)) return [];
    const watched = watchedSystems(resources);
    return running.filter((id) => !watched.has(id)).map((id): Found => ({ problem: `${id} has no alert; set stackbook:monitoring.enabled to true, and keep rules/${id}.yml among Prometheus's rules` }));
  },
};

/** Prometheus's files are there, and not known yet. */
function isUnknown({ props, type }: Resource): boolean {
  return type === configFiles && at(props, "labels", "stackbook.service") === "prometheus" && props["files"] === later;
}

function watchedSystems(resources: readonly Resource[]): ReadonlySet<string> {
  const rules = resources.flatMap((resource) => textsOf(resource)).filter(({ text }) => text.includes("- alert: ")).map(({ text }) => text);
  const rulesOf = systemIds.filter((id) => rules.some((text) => text.includes(`name: ${id}\n`) || text.includes(`system: ${id}\n`)));
  // An alarm of CloudWatch says in its name or dimensions whose it is.
  const alarms = resources.filter(({ type }) => type === "aws:cloudwatch/metricAlarm:MetricAlarm" || type === "aws:cloudwatch/compositeAlarm:CompositeAlarm");
  const alarmsOf = systemIds.filter((id) => alarms.some(({ name, props }) => new RegExp(`(^|[-_ /])${id}([-_ /]|$)`).test(`${name} ${shown(props["name"])} ${shown(at(props, "tags", "stackbook:system"))}`)));
  return new Set([...rulesOf, ...alarmsOf]);
}
