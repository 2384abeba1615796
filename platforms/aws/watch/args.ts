import type * as pulumi from "@pulumi/pulumi";
import type { CloudWatchInput } from "../../../alerts/cloudwatch";
import type { AlertsConfig, ClosedTime } from "../../../alerts/routing/types";

export interface WatchArgs {
  /** What runs, and where it is. */
  readonly input: CloudWatchInput<pulumi.Output<string>>;
  readonly alerts: AlertsConfig;
  readonly closed: readonly ClosedTime[];
  /** Of names that are unique in the account and region: `stackbook-prod`. */
  readonly namePrefix: string;
  readonly region: string;
  readonly account: pulumi.Input<string>;
  /** Days that what ECS tells of containers is kept: the stream `system` of the table. */
  readonly systemLogDays: number;
  /** Channels of `alerts.channels` that are rooms, by the ids that Amazon Q Developer (Chatbot) knows them by. */
  readonly chats: Readonly<Record<string, Chat>>;
  /** US dollars a month; absent: no budget. */
  readonly monthlyUsd?: number;
  readonly tags: (service: string) => Record<string, string>;
  readonly options: (opts: pulumi.CustomResourceOptions) => pulumi.CustomResourceOptions;
  /** A stack secret of `alerts`. */
  readonly secret: (key: string) => pulumi.Output<string>;
}

export type Chat =
  /** `T...` and `C...`. */
  | { readonly workspace: string; readonly channel: string }
  /** Ids of Microsoft's. */
  | { readonly tenant: string; readonly team: string; readonly channel: string };
