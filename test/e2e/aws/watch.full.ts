// Slow: installs moto from PyPI, which answers as AWS does.
import assert from "node:assert/strict";
import { watchOf, type Recorded } from "../../support/awsWatch";
import { Moto } from "../backups/support/moto";

interface PlainQuery {
  readonly id: string;
  readonly returnData: boolean;
  readonly expression?: string;
  readonly label?: string;
  readonly metric?: { readonly namespace: string; readonly metricName: string; readonly period: number; readonly stat: string; readonly dimensions: Readonly<Record<string, string>> };
}

/** What the provider makes of a resource's inputs: a request of CloudWatch's API. */
function request({ inputs }: Recorded): Record<string, unknown> {
  const queries = (inputs["metricQueries"] ?? []) as PlainQuery[];
  return {
    AlarmName: inputs["name"], AlarmDescription: inputs["alarmDescription"], ComparisonOperator: inputs["comparisonOperator"], Threshold: inputs["threshold"],
    EvaluationPeriods: inputs["evaluationPeriods"], DatapointsToAlarm: inputs["datapointsToAlarm"], TreatMissingData: inputs["treatMissingData"], AlarmActions: inputs["alarmActions"],
    Metrics: queries.map(({ expression, id, label, metric, returnData }) => ({
      Id: id, ReturnData: returnData, ...(expression === undefined ? {} : { Expression: expression }), ...(label === undefined ? {} : { Label: label }),
      ...(metric === undefined ? {} : { MetricStat: { Period: metric.period, Stat: metric.stat, Metric: { Namespace: metric.namespace, MetricName: metric.metricName, Dimensions: Object.entries(metric.dimensions).map(([Name, Value]) => ({ Name, Value })) } } }),
    })),
  };
}

describe("what watches a stack on AWS, put to moto", function () {
  this.timeout(600_000);

  let moto: Moto;
  let recorded: Recorded[];
  before(async () => {
    [moto, recorded] = await Promise.all([Moto.start(), watchOf()]);
  });
  after(() => moto.stop());
  const all = (type: string): Recorded[] => recorded.filter((resource) => resource.type.endsWith(`:${type}`));

  it("takes every alarm, and has it letter for letter", async () => {
    const sent = all("MetricAlarm").map(request);
    const read = await moto.run(`
cw = client("cloudwatch")
for alarm in given: cw.put_metric_alarm(**alarm)
answer = [a for page in cw.get_paginator("describe_alarms").paginate(AlarmTypes=["MetricAlarm"]) for a in page["MetricAlarms"]]
`, sent) as Record<string, unknown>[];
    assert.equal(read.length, sent.length);
    for (const alarm of sent) {
      const back = read.find(({ AlarmName }) => AlarmName === alarm["AlarmName"]) ?? assert.fail(String(alarm["AlarmName"]));
      // Moto adds a period to queries that have none, as it keeps them.
      const { Metrics: metrics, ...rest } = alarm;
      assert.deepEqual(Object.fromEntries(Object.keys(rest).map((key) => [key, back[key]])), rest);
      const backMetrics = back["Metrics"] as Record<string, unknown>[];
      assert.deepEqual((metrics as Record<string, unknown>[]).map(({ Expression, Id, MetricStat }) => [Id, Expression, MetricStat]), backMetrics.map(({ Expression, Id, MetricStat }) => [Id, Expression === "" ? undefined : Expression, MetricStat]));
    }
  });

  /** Moto keeps no composites; AWS's own description of the request is what they are held to. */
  it("makes composites that AWS's client lets pass, and each speaks of alarms that are there", async () => {
    const sent = all("CompositeAlarm").map(({ inputs }) => ({ AlarmName: inputs["alarmName"], AlarmDescription: inputs["alarmDescription"], AlarmRule: inputs["alarmRule"], AlarmActions: inputs["alarmActions"] }));
    const passed = await moto.run(`
from botocore.stub import Stubber
cw = client("cloudwatch")
answer = 0
with Stubber(cw) as stub:
    for alarm in given:
        stub.add_response("put_composite_alarm", {}, alarm)
        cw.put_composite_alarm(**alarm)
        answer += 1
`, sent);
    assert.equal(passed, sent.length);
    assert.ok(sent.length > 50, String(sent.length));
    const names = new Set(all("MetricAlarm").map(({ inputs }) => inputs["name"]));
    for (const { AlarmRule } of sent) {
      assert.match(String(AlarmRule), /^ALARM\("[a-z0-9-]+"\)( AND ALARM\("[a-z0-9-]+"\))*( AND NOT \(ALARM\("[a-z0-9-]+"\)( OR ALARM\("[a-z0-9-]+"\))*\))?$/);
      for (const [, name] of String(AlarmRule).matchAll(/ALARM\("([^"]+)"\)/g)) assert.ok(names.has(name), name);
    }
  });

  it("takes topics with their key and policies, and delivers to who subscribed", async () => {
    const topics = all("Topic").map(({ inputs, name }) => ({ name: inputs["name"], policy: all("TopicPolicy").find((each) => each.name === name)?.inputs["policy"], subscriptions: all("TopicSubscription").filter((each) => String(each.inputs["topic"]).endsWith(String(inputs["name"])) && each.inputs["protocol"] === "email").map((each) => each.inputs["endpoint"]) }));
    const read = await moto.run(`
sns, kms = client("sns"), client("kms")
key = kms.create_key(Policy=given["key"])["KeyMetadata"]["Arn"]
answer = {"policy": kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"], "topics": []}
for topic in given["topics"]:
    arn = sns.create_topic(Name=topic["name"], Attributes={"KmsMasterKeyId": key})["TopicArn"]
    sns.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=topic["policy"])
    for address in topic["subscriptions"]: sns.subscribe(TopicArn=arn, Protocol="email", Endpoint=address)
    attributes = sns.get_topic_attributes(TopicArn=arn)["Attributes"]
    sns.publish(TopicArn=arn, Message="ALARM")
    answer["topics"].append({"arn": arn, "key": attributes["KmsMasterKeyId"] == key, "policy": attributes["Policy"], "to": sorted(s["Endpoint"] for s in sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"])})
`, { key: all("Key")[0]?.inputs["policy"], topics }) as { policy: string; topics: { arn: string; key: boolean; policy: string; to: string[] }[] };
    assert.deepEqual(JSON.parse(read.policy), JSON.parse(String(all("Key")[0]?.inputs["policy"])));
    assert.deepEqual(read.topics.map(({ arn }) => arn.split(":").at(-1)).sort(), ["escalated", "page", "page-sms", "ticket"].map((name) => `stackbook-prod-alerts-${name}`));
    for (const { arn, key, policy, to } of read.topics) {
      const sent = topics.find(({ name }) => arn.endsWith(`:${String(name)}`)) ?? assert.fail(arn);
      assert.deepEqual([key, JSON.parse(policy), to], [true, JSON.parse(String(sent.policy)), [...sent.subscriptions].sort()]);
    }
  });

  it("takes filters of logs, rules of events, roles and the page", async () => {
    const filters = all("LogMetricFilter").map(({ inputs }) => {
      const { dimensions, name, namespace, value } = inputs["metricTransformation"] as { dimensions?: Record<string, string>; name: string; namespace: string; value: string };
      return { logGroupName: inputs["logGroupName"], filterName: inputs["name"], filterPattern: inputs["pattern"], metricTransformations: [{ metricName: name, metricNamespace: namespace, metricValue: value, ...(dimensions === undefined ? {} : { dimensions }) }] };
    });
    const rules = all("EventRule").map(({ inputs }) => ({ Name: inputs["name"], ...(inputs["eventPattern"] === undefined ? { ScheduleExpression: inputs["scheduleExpression"] } : { EventPattern: inputs["eventPattern"] }) }));
    const roles = all("Role").map(({ inputs }) => ({ RoleName: inputs["name"], AssumeRolePolicyDocument: inputs["assumeRolePolicy"] }));
    const body = all("Dashboard")[0]?.inputs["dashboardBody"];
    const read = await moto.run(`
logs, events, iam, cw = client("logs"), client("events"), client("iam"), client("cloudwatch")
for name in sorted(set(f["logGroupName"] for f in given["filters"])): logs.create_log_group(logGroupName=name)
logs.put_retention_policy(logGroupName="/stackbook/prod/stack/events", retentionInDays=30)
for f in given["filters"]: logs.put_metric_filter(**f)
for r in given["rules"]: events.put_rule(**r)
for r in given["roles"]: iam.create_role(**r)
cw.put_dashboard(DashboardName="stackbook-prod", DashboardBody=given["body"])
answer = {"filters": [f["filterName"] for page in logs.get_paginator("describe_metric_filters").paginate() for f in page["metricFilters"]], "rules": [r["Name"] for r in events.list_rules()["Rules"]], "body": cw.get_dashboard(DashboardName="stackbook-prod")["DashboardBody"]}
`, { filters, rules, roles, body }) as { filters: string[]; rules: string[]; body: string };
    assert.deepEqual(read.filters.sort(), filters.map(({ filterName }) => filterName).sort());
    assert.deepEqual(read.rules.sort(), rules.map(({ Name }) => Name).sort());
    assert.deepEqual(JSON.parse(read.body), JSON.parse(String(body)));
  });
});
