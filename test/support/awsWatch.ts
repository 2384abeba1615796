import * as pulumi from "@pulumi/pulumi";
import { exampleInput } from "../../alerts/cloudwatch/example";
import type { CloudWatchInput, DatabasePlaces, Places } from "../../alerts/cloudwatch";
import type { WatchArgs } from "../../platforms/aws/watch";
import { alerts } from "../unit/routing/fixtures";

export interface Recorded {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

export const account = "123456789012";
const region = "eu-central-1";

/** What AWS would add; a resource that isn't listed is a mistake in the program or here. */
const made: Readonly<Record<string, (name: string, inputs: Readonly<Record<string, unknown>>) => Record<string, unknown>>> = {
  "aws:kms/key:Key": () => ({ arn: `arn:aws:kms:${region}:${account}:key/alerts`, keyId: "alerts" }),
  "aws:kms/alias:Alias": () => ({}),
  "aws:sns/topic:Topic": (_, { name }) => ({ arn: `arn:aws:sns:${region}:${account}:${String(name)}` }),
  "aws:sns/topicPolicy:TopicPolicy": () => ({}), "aws:sns/topicSubscription:TopicSubscription": () => ({}),
  "aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration": () => ({}), "aws:chatbot/teamsChannelConfiguration:TeamsChannelConfiguration": () => ({}),
  "aws:iam/role:Role": (_, { name }) => ({ arn: `arn:aws:iam::${account}:role/${String(name)}` }), "aws:iam/rolePolicy:RolePolicy": () => ({}),
  "aws:cloudwatch/logGroup:LogGroup": (_, { name }) => ({ arn: `arn:aws:logs:${region}:${account}:log-group:${String(name)}` }),
  "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": () => ({}), "aws:cloudwatch/logMetricFilter:LogMetricFilter": () => ({}),
  "aws:cloudwatch/eventRule:EventRule": () => ({}), "aws:cloudwatch/eventTarget:EventTarget": () => ({}), "aws:cloudwatch/eventConnection:EventConnection": (name) => ({ arn: `arn:aws:events:${region}:${account}:connection/${name}` }),
  "aws:cloudwatch/eventApiDestination:EventApiDestination": (name) => ({ arn: `arn:aws:events:${region}:${account}:api-destination/${name}` }),
  "aws:cloudwatch/metricAlarm:MetricAlarm": () => ({}), "aws:cloudwatch/compositeAlarm:CompositeAlarm": () => ({}), "aws:cloudwatch/alarmMuteRule:AlarmMuteRule": () => ({}),
  "aws:cloudwatch/dashboard:Dashboard": () => ({}), "aws:budgets/budget:Budget": () => ({}),
};

/** What the program asks AWS for, with names that AWS would tell only later. */
export async function watchOf(more: Partial<WatchArgs> = {}): Promise<Recorded[]> {
  const recorded: Recorded[] = [];
  await pulumi.runtime.setMocks({
    newResource({ inputs, name, type }) {
      const own = inputs as Record<string, unknown>;
      if (type.startsWith("stackbook:")) return { id: undefined, state: own };
      const make = made[type];
      if (make === undefined) throw new Error(`the mocks don't know ${type}`);
      recorded.push({ type, name, inputs: own });
      return { id: `${name}-id`, state: { ...own, ...make(name, own) } };
    },
    call({ token }) {
      throw new Error(`the mocks don't know the call ${token}`);
    },
  });
  const { Watch } = await import("../../platforms/aws/watch");
  new Watch("watch", {
    input: withOutputs(exampleInput), alerts, closed: [], namePrefix: "stackbook-prod", region, account, systemLogDays: 30, monthlyUsd: 900,
    chats: { "sms-slack": { workspace: "T07EA123LEP", channel: "C07EZ1ABC23" }, "sms-teams": { tenant: "t", team: "g", channel: "19%3ab6ef35dc@thread.tacv2" } },
    tags: (service) => ({ "stackbook.stack": "prod", "stackbook.system": "stack", "stackbook.service": service }),
    options: (opts) => opts,
    secret: (key) => pulumi.secret(`secret-of-${key}`),
    ...more,
  });
  // Resources that nothing waits for are recorded some turns later.
  let before = -1;
  while (before !== recorded.length) {
    before = recorded.length;
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  return recorded;
}

function withOutputs({ places, ...input }: CloudWatchInput<string>): CloudWatchInput<pulumi.Output<string>> {
  const later = (name: string): pulumi.Output<string> => pulumi.output(name);
  const database = (own: DatabasePlaces<string>): DatabasePlaces<pulumi.Output<string>> =>
    own.kind === "rds"
      ? { ...own, instance: later(own.instance), replicas: own.replicas.map(later), logs: later(own.logs ?? "") }
      : { kind: own.kind, instances: own.instances.map(later), ...(own.profiler === undefined ? {} : { profiler: later(own.profiler) }) };
  const known: Places<pulumi.Output<string>> = {
    cluster: later(places.cluster), certificates: places.certificates.map(later), events: places.events,
    edge: { ...places.edge, loadBalancer: later(places.edge.loadBalancer), targetGroup: later(places.edge.targetGroup), containers: places.edge.containers.map(later) },
    systems: Object.fromEntries(Object.entries(places.systems).map(([id, own]) => [id, {
      services: Object.fromEntries(Object.entries(own.services).map(([name, { containers }]) => [name, { containers: containers.map(later) }])),
      cacheNodes: own.cacheNodes.map(later), database: database(own.database),
    }])),
  };
  return { ...input, places: known };
}
