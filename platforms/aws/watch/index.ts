import { Budget } from "@pulumi/aws/budgets/budget";
import { Dashboard } from "@pulumi/aws/cloudwatch/dashboard";
import * as pulumi from "@pulumi/pulumi";
import { renderCloudWatchDashboard } from "../../../dashboards/cloudwatch";
import { createAlarms } from "./alarms";
import type { WatchArgs } from "./args";
import { createDeadMansSwitch, createEventsLog } from "./events";
import { Topics } from "./topics";

export type { Chat, WatchArgs } from "./args";

/** Parts of a month's budget at which somebody is told, percent. */
const budgetAlarms = [{ notificationType: "ACTUAL", threshold: 80 }, { notificationType: "FORECASTED", threshold: 100 }] as const;

/** What watches a stack on AWS: the catalogue's alarms, whom they tell, a page to look at, and what it may cost. */
export class Watch extends pulumi.ComponentResource {
  readonly outputs: Readonly<Record<string, pulumi.Input<unknown>>>;

  constructor(name: string, private readonly args: WatchArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("stackbook:aws:Watch", name, {}, opts);
    const child = args.options({ parent: this, ...(opts.dependsOn === undefined ? {} : { dependsOn: opts.dependsOn }) });
    const topics = new Topics(args, child);
    const events = createEventsLog(args, child);
    const { alarms, composites, unjudged } = createAlarms(args, topics, pulumi.mergeOptions(child, { dependsOn: [events] }));
    createDeadMansSwitch(args, child);
    const dashboard = this.createDashboard(child);
    this.createBudget(topics, child);
    this.outputs = {
      dashboard: pulumi.interpolate`https://${args.region}.console.aws.amazon.com/cloudwatch/home?region=${args.region}#dashboards/dashboard/${dashboard.dashboardName}`,
      topics: topics.arns,
      alarms: alarms.length + composites.length,
      unjudged: unjudged.map(({ alert, system }) => `${system} ${alert}`),
    };
    this.registerOutputs({});
  }

  private createDashboard(child: pulumi.CustomResourceOptions): Dashboard {
    const { input, namePrefix, region } = this.args;
    return new Dashboard("dashboard", { dashboardName: namePrefix, dashboardBody: pulumi.jsonStringify(renderCloudWatchDashboard({ ...input, region })) }, child);
  }

  /** Of everything that carries the stack's tag, once the account's owner has activated it for cost allocation. */
  private createBudget(topics: Topics, child: pulumi.CustomResourceOptions): void {
    const { input: { stack }, monthlyUsd, namePrefix, tags } = this.args;
    const subscriberSnsTopicArns = topics.of("ticket", "stack");
    if (monthlyUsd === undefined || subscriberSnsTopicArns.length === 0) return;
    const notifications = budgetAlarms.map((each) => ({ ...each, comparisonOperator: "GREATER_THAN", thresholdType: "PERCENTAGE", subscriberSnsTopicArns }));
    new Budget("budget", { name: namePrefix, budgetType: "COST", timeUnit: "MONTHLY", limitAmount: String(monthlyUsd), limitUnit: "USD", costFilters: [{ name: "TagKeyValue", values: [`user:stackbook.stack$${stack}`] }], notifications, tags: tags("alerts") }, child);
  }
}
