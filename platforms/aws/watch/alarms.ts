import { AlarmMuteRule } from "@pulumi/aws/cloudwatch/alarmMuteRule";
import { CompositeAlarm } from "@pulumi/aws/cloudwatch/compositeAlarm";
import { LogMetricFilter } from "@pulumi/aws/cloudwatch/logMetricFilter";
import { MetricAlarm, type MetricAlarmArgs } from "@pulumi/aws/cloudwatch/metricAlarm";
import * as pulumi from "@pulumi/pulumi";
import { muteRules, renderCloudWatch, type AlarmFacts, type CloudWatchAlarms, type MetricAlarm as Rendered } from "../../../alerts/cloudwatch";
import { escalationId } from "../../../alerts/catalogue/escalation";
import type { WatchArgs } from "./args";
import type { Topics } from "./topics";

type Name = pulumi.Output<string>;

/** Everything of the catalogue that CloudWatch judges. */
export function createAlarms(args: WatchArgs, topics: Topics, child: pulumi.CustomResourceOptions): CloudWatchAlarms<Name> {
  const rendered = renderCloudWatch(args.input);
  const { alarms, composites, filters, telling } = rendered;
  const tells = new Set([...telling.page, ...telling.ticket]);
  const actionsOf = (alarm: AlarmFacts): { alarmActions: Name[]; okActions: Name[] } => {
    const told = alarm.severity !== "digest" && tells.has(alarm.name) ? topics.of(alarm.severity, alarm.system, alarm.alert.endsWith(escalationId)) : [];
    return { alarmActions: told, okActions: told };
  };
  const short = (name: string): string => name.slice(args.input.stack.length + 1);
  const counted = filters.map(({ dimensions, logGroup, metricName, name, namespace, pattern, value }) =>
    new LogMetricFilter(short(name), { name, logGroupName: logGroup, pattern: pulumi.concat(...pattern), metricTransformation: { name: metricName, namespace, value, ...(dimensions === undefined ? {} : { dimensions }) } }, child));
  const metric = new Map(alarms.map((alarm) => [alarm.name, new MetricAlarm(short(alarm.name), { ...inputsOf(alarm), ...actionsOf(alarm), tags: tagsOf(args, alarm, tells) }, { ...child, dependsOn: counted })]));
  const made = composites.map((alarm) =>
    new CompositeAlarm(short(alarm.name), { alarmName: alarm.name, alarmDescription: alarm.description, alarmRule: alarm.rule, ...actionsOf(alarm), tags: tagsOf(args, alarm, tells) }, { ...child, dependsOn: alarm.of.flatMap((name) => metric.get(name) ?? []) }));
  const known = new Map([...alarms, ...composites].map((alarm) => [alarm.name, alarm]));
  for (const { alarms: muteTargets, duration, expression, name, timeZone } of muteRules({ stack: args.input.stack, timeZone: args.input.timeZone, maintenance: args.alerts.maintenance, closed: args.closed, alarms: [...tells].flatMap((each) => known.get(each) ?? []) })) {
    new AlarmMuteRule(short(name), { name, muteTargets: { alarmNames: [...muteTargets] }, rule: { schedule: { expression, duration, timezone: timeZone } }, tags: args.tags("alerts") }, { ...child, dependsOn: [...metric.values(), ...made] });
  }
  return rendered;
}

/** Who tells of it, for whoever finds an alarm without an action: `nobody` is the dashboard's, `composite` the alarm `-told`. */
function tagsOf(args: WatchArgs, { name, severity, system }: AlarmFacts, tells: ReadonlySet<string>): Record<string, string> {
  return { ...args.tags("alerts"), "stackbook.system": system, "stackbook.tells": severity === "digest" ? "nobody" : tells.has(name) ? severity : "composite" };
}

/** A rendered alarm as the provider has it. */
export function inputsOf<T extends pulumi.Input<string>>({ comparison, description, evaluationPeriods, missing, name, queries, threshold }: Rendered<T>): MetricAlarmArgs {
  return {
    name, alarmDescription: description, comparisonOperator: comparison, threshold, evaluationPeriods, datapointsToAlarm: evaluationPeriods, treatMissingData: missing,
    metricQueries: queries.map(({ expression, id, label, metric, returnData }) => ({
      id, returnData, ...(expression === undefined ? {} : { expression }), ...(label === undefined ? {} : { label }),
      ...(metric === undefined ? {} : { metric: { ...metric, dimensions: { ...metric.dimensions } } }),
    })),
  };
}
