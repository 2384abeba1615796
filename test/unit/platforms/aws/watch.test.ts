import assert from "node:assert/strict";
import { renderCloudWatch } from "../../../../alerts/cloudwatch";
import { exampleInput } from "../../../../alerts/cloudwatch/example";
import { topicChannels } from "../../../../platforms/aws/watch/topics";
import { account, watchOf, type Recorded } from "../../../support/awsWatch";
import { alerts, withAlerts } from "../../routing/fixtures";

/** A secret as the engine gets it: marked, so that no state and no log has it plain. */
const secretOf = (value: unknown): string => (typeof value === "object" && value !== null && "value" in value ? `[secret] ${String(value.value)}` : String(value));

describe("what watches a stack on AWS", function () {
  this.timeout(60_000);

  let recorded: Recorded[];
  before(async () => {
    recorded = await watchOf();
  });
  const all = (type: string, from = recorded): Recorded[] => from.filter((resource) => resource.type.endsWith(`:${type}`));
  const one = (type: string, name: string): Readonly<Record<string, unknown>> => all(type).find((each) => each.name === name)?.inputs ?? assert.fail(`${type} ${name} among ${all(type).map((each) => each.name).join(", ")}`);
  const topic = (name: string): string => `arn:aws:sns:eu-central-1:${account}:stackbook-prod-alerts-${name}`;

  it("has every alarm of the catalogue, with all it looks at known", () => {
    const { alarms, composites, filters } = renderCloudWatch(exampleInput);
    assert.deepEqual(all("MetricAlarm").map(({ inputs }) => inputs["name"]).sort(), alarms.map(({ name }) => name).sort());
    assert.deepEqual(all("CompositeAlarm").map(({ inputs }) => inputs["alarmName"]).sort(), composites.map(({ name }) => name).sort());
    assert.deepEqual(all("LogMetricFilter").map(({ inputs }) => inputs["name"]).sort(), filters.map(({ name }) => name).sort());
    const ended = one("LogMetricFilter", "motel-backend-ended-0");
    assert.match(String(ended["pattern"]), /"service:motel-backend-a"/);
    assert.match(JSON.stringify(one("MetricAlarm", "stack-edge-down-page")["metricQueries"]), /"LoadBalancer":"app\/prod\/50dc6c495c0c9188"/);
  });

  it("tells each severity's topic, a system's own where it has one, and later those of the escalation", () => {
    const told = (type: string, name: string): unknown => one(type, name)["alarmActions"];
    assert.deepEqual(told("MetricAlarm", "motel-service-down-page-backend"), [topic("page")]);
    assert.deepEqual(told("MetricAlarm", "sms-service-down-page-backend"), [topic("page-sms")]);
    assert.deepEqual(told("MetricAlarm", "memo-deadlocks-ticket"), [topic("ticket")]);
    assert.deepEqual(told("CompositeAlarm", "mps-error-rate-escalated-backend-told"), [topic("escalated")]);
    // The composite tells in its place; the digest shows only.
    assert.deepEqual(told("MetricAlarm", "motel-error-rate-page-backend"), []);
    assert.deepEqual(told("CompositeAlarm", "motel-error-rate-page-backend-told"), [topic("page")]);
    const digest = one("MetricAlarm", "memo-cache-hits-digest");
    assert.deepEqual([digest["alarmActions"], (digest["tags"] as Record<string, string>)["stackbook.tells"]], [[], "nobody"]);
  });

  it("leaves no alarm that tells nobody without saying so", () => {
    for (const { inputs, name } of [...all("MetricAlarm"), ...all("CompositeAlarm")]) {
      const tells = (inputs["tags"] as Record<string, string>)["stackbook.tells"] ?? "";
      assert.equal((inputs["alarmActions"] as unknown[]).length === 0, ["nobody", "composite"].includes(tells), `${name} ${tells}`);
    }
  });

  it("reaches people by mail, rooms by Chatbot, others by HTTPS with their secret", () => {
    const subscribed = all("TopicSubscription").map(({ inputs: { endpoint, protocol, topic: at } }) => `${String(at).split("-alerts-")[1] ?? ""} ${String(protocol)} ${secretOf(endpoint)}`).sort();
    assert.deepEqual(subscribed, [
      "escalated email admin@school.example", "escalated email b@school.example", "escalated https [secret] https://events.pagerduty.com/integration/secret-of-pager/enqueue",
      "page email admin@school.example", "page email b@school.example", "page-sms email admin@school.example", "page-sms email b@school.example", "ticket email admin@school.example", "ticket email b@school.example",
    ]);
    assert.deepEqual([one("SlackChannelConfiguration", "alerts-sms-slack")["snsTopicArns"], one("TeamsChannelConfiguration", "alerts-sms-teams")["snsTopicArns"]], [[topic("page-sms")], [topic("page-sms")]]);
    assert.deepEqual(Object.keys(topicChannels(alerts)), ["page", "ticket", "page-sms", "escalated"]);
    assert.deepEqual(Object.keys(topicChannels(withAlerts({ systemRoutes: {}, escalation: { afterMinutes: 30, channels: [] } }).alerts)), ["page", "ticket"]);
  });

  it("encrypts messages by a key that AWS's own services may use, for this account alone", () => {
    for (const { inputs } of all("Topic")) assert.equal(inputs["kmsMasterKeyId"], `arn:aws:kms:eu-central-1:${account}:key/alerts`);
    const policy = JSON.parse(String(one("Key", "alerts-key")["policy"])) as { Statement: { Sid: string; Principal: { Service?: string[] }; Condition?: unknown }[] };
    const publishing = policy.Statement.find(({ Sid }) => Sid === "ThosePublishing");
    assert.deepEqual([publishing?.Principal.Service, publishing?.Condition], [["cloudwatch.amazonaws.com", "budgets.amazonaws.com"], { StringEquals: { "aws:SourceAccount": account } }]);
    assert.equal(all("TopicPolicy").length, all("Topic").length);
  });

  it("keeps ECS's events for the days of the table, and calls the dead man's switch each minute", () => {
    assert.deepEqual([one("LogGroup", "events-log")["name"], one("LogGroup", "events-log")["retentionInDays"]], ["/stackbook/prod/stack/events", 30]);
    assert.match(String(one("EventRule", "events")["eventPattern"]), /"wildcard":"\*\/prod\/\*"/);
    assert.equal(one("EventRule", "dead-mans-switch")["scheduleExpression"], "rate(1 minute)");
    assert.equal(secretOf(one("EventApiDestination", "dead-mans-switch")["invocationEndpoint"]), "[secret] secret-of-deadMansSwitch");
  });

  it("waits in maintenance, has a page for each system, and tells when the month costs too much", () => {
    const mute = one("AlarmMuteRule", "maintenance-fetms-sunday");
    assert.deepEqual(mute["rule"], { schedule: { expression: "cron(0 2 * * SUN)", duration: "PT2H", timezone: "Europe/Berlin" } });
    const body = JSON.parse(String(one("Dashboard", "dashboard")["dashboardBody"])) as { widgets: { type: string; properties: { markdown?: string; title?: string; metrics?: unknown[][]; annotations?: { horizontal: { label: string; value: number }[] } } }[] };
    assert.deepEqual(body.widgets.flatMap(({ properties }) => properties.markdown ?? []), ["## MPS Management Portal", "## FETMS", "## MemoApp", "## Motel Manager", "## Student Management System"]);
    const times = body.widgets.filter(({ properties }) => properties.title === "Response times, ms").at(-1);
    assert.ok(times?.properties.annotations?.horizontal.some(({ label, value }) => label === "response-time (ticket)" && value === 500));
    for (const { properties, type } of body.widgets) if (type === "metric") assert.ok((properties.metrics?.length ?? 0) > 0, properties.title);
    const budget = one("Budget", "budget");
    assert.deepEqual([budget["limitAmount"], budget["costFilters"]], ["900", [{ name: "TagKeyValue", values: ["user:stackbook.stack$prod"] }]]);
  });

  it("does without what isn't asked for", async () => {
    const { deadMansSwitch, ...quiet } = alerts;
    assert.ok(deadMansSwitch);
    const few = (await watchOf({ chats: {}, alerts: { ...quiet, maintenance: [] } })).filter(({ type }) => !/Alarm|Filter/.test(type));
    for (const type of ["SlackChannelConfiguration", "EventApiDestination", "AlarmMuteRule"]) assert.equal(all(type, few).length, 0, type);
  });
});
