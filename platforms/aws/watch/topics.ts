import { SlackChannelConfiguration } from "@pulumi/aws/chatbot/slackChannelConfiguration";
import { TeamsChannelConfiguration } from "@pulumi/aws/chatbot/teamsChannelConfiguration";
import { Role } from "@pulumi/aws/iam/role";
import { Alias } from "@pulumi/aws/kms/alias";
import { Key } from "@pulumi/aws/kms/key";
import { Topic } from "@pulumi/aws/sns/topic";
import { TopicPolicy } from "@pulumi/aws/sns/topicPolicy";
import { TopicSubscription } from "@pulumi/aws/sns/topicSubscription";
import * as pulumi from "@pulumi/pulumi";
import type { SystemId } from "../../../systems";
import type { AlertsConfig, Channel } from "../../../alerts/routing/types";
import type { WatchArgs } from "./args";
import { keyPolicy, readOnlyChat, topicPolicy } from "./policies";

/** Where alarms are told. `escalated`: what has been open too long. */
export type TopicName = "page" | "ticket" | "escalated" | `${"page" | "ticket"}-${SystemId}`;

/** Which topics there are, and which channels each reaches: plain, known before anything is made. */
export function topicChannels({ channels, escalation, routes, systemRoutes }: AlertsConfig): Partial<Record<TopicName, readonly Channel[]>> {
  const named = (names: readonly string[]): Channel[] => channels.filter(({ name }) => names.includes(name));
  const own = Object.entries(systemRoutes).flatMap(([system, bySeverity]) =>
    (["page", "ticket"] as const).flatMap((severity) => {
      const names = bySeverity[severity];
      return names === undefined ? [] : [[`${severity}-${system}`, named(names)] as const];
    }));
  return { page: named(routes.page), ticket: named(routes.ticket), ...Object.fromEntries(own), ...(escalation.channels.length === 0 ? {} : { escalated: named([...routes.page, ...escalation.channels]) }) };
}

/** Topics by name, encrypted, that AWS's own services may publish to; and whoever hears of them. */
export class Topics {
  readonly arns: Readonly<Partial<Record<TopicName, pulumi.Output<string>>>>;

  constructor(private readonly args: WatchArgs, private readonly child: pulumi.CustomResourceOptions) {
    const reached = Object.entries(topicChannels(args.alerts)) as [TopicName, readonly Channel[]][];
    const key = this.createKey();
    this.arns = Object.fromEntries(reached.map(([name]) => [name, this.createTopic(name, key)]));
    for (const [name, channels] of reached) for (const channel of channels) this.subscribe(name, channel);
    this.createChats(reached);
  }

  /** The stricter of a system's own and everybody's. */
  of(severity: "page" | "ticket", system: SystemId | "stack", isEscalated = false): pulumi.Output<string>[] {
    const own = system === "stack" ? undefined : this.arns[`${severity}-${system}`];
    const arn = (isEscalated ? this.arns.escalated : undefined) ?? own ?? this.arns[severity];
    return arn === undefined ? [] : [arn];
  }

  private createKey(): Key {
    const { account, namePrefix, tags } = this.args;
    const policy = pulumi.output(account).apply((known) => JSON.stringify(keyPolicy(known)));
    const key = new Key("alerts-key", { description: `Messages of alarms of ${namePrefix}`, enableKeyRotation: true, deletionWindowInDays: 7, policy, tags: tags("alerts") }, this.child);
    new Alias("alerts-key", { name: `alias/${namePrefix}-alerts`, targetKeyId: key.keyId }, this.child);
    return key;
  }

  private createTopic(name: TopicName, key: Key): pulumi.Output<string> {
    const { account, namePrefix, tags } = this.args;
    const topic = new Topic(`alerts-${name}`, { name: `${namePrefix}-alerts-${name}`, kmsMasterKeyId: key.arn, tags: tags("alerts") }, this.child);
    const policy = pulumi.all([topic.arn, account]).apply(([arn, known]) => JSON.stringify(topicPolicy(arn, known)));
    new TopicPolicy(`alerts-${name}`, { arn: topic.arn, policy }, this.child);
    return topic.arn;
  }

  private subscribe(name: TopicName, channel: Channel): void {
    const topic = this.arns[name];
    if (topic === undefined) return;
    const to = (who: string, protocol: string, endpoint: pulumi.Input<string>): void => {
      new TopicSubscription(`alerts-${name}-${who}`, { topic, protocol, endpoint, ...(protocol === "https" ? { endpointAutoConfirms: true } : {}) }, this.child);
    };
    switch (channel.kind) {
      case "email":
        // Each is asked by AWS, once, whether it wants them.
        channel.to.forEach((address) => {
          to(`${channel.name}-${address}`, "email", address);
        });
        break;
      case "webhook":
        to(channel.name, "https", this.args.secret(channel.url.key));
        break;
      case "pagerduty":
        to(channel.name, "https", pulumi.interpolate`https://events.pagerduty.com/integration/${this.args.secret(channel.routingKey.key)}/enqueue`);
        break;
      case "slack":
      case "teams":
        break;
    }
  }

  /** A room hears of all its topics by one configuration. Its web hook isn't used: SNS speaks neither's language. */
  private createChats(reached: readonly (readonly [TopicName, readonly Channel[]])[]): void {
    const { chats, namePrefix, tags } = this.args;
    const rooms = Object.entries(chats);
    if (rooms.length === 0) return;
    const role = new Role("alerts-chat", { name: `${namePrefix}-alerts-chat`, description: "Tells rooms of alarms, and shows graphs", assumeRolePolicy: readOnlyChat.trust, inlinePolicies: [{ name: "graphs", policy: readOnlyChat.policy }], tags: tags("alerts") }, this.child);
    for (const [name, chat] of rooms) {
      const snsTopicArns = reached.filter(([, channels]) => channels.some((channel) => channel.name === name)).flatMap(([topic]) => this.arns[topic] ?? []);
      const common = { configurationName: `${namePrefix}-${name}`, iamRoleArn: role.arn, snsTopicArns, loggingLevel: "ERROR", guardrailPolicyArns: ["arn:aws:iam::aws:policy/CloudWatchReadOnlyAccess"], tags: tags("alerts") };
      if ("workspace" in chat) new SlackChannelConfiguration(`alerts-${name}`, { ...common, slackTeamId: chat.workspace, slackChannelId: chat.channel }, this.child);
      else new TeamsChannelConfiguration(`alerts-${name}`, { ...common, tenantId: chat.tenant, teamId: chat.team, channelId: chat.channel }, this.child);
    }
  }
}
