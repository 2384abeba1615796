import { Problem } from "../problem";

/** How what a stack has on AWS begins, and where it is. */
export interface Region {
  readonly namePrefix: string;
  readonly region: string;
}

const update = "aws ecs update-service --region {region} --cluster {prefix} --service {prefix}-<system>-backend-a";
const fileThenUp = (what: string): readonly string[] => [`${what} in Pulumi.{stack}.yaml, then: pulumi up`];

/** What does the same as a command that needs a container engine; any other has the stack file. */
const instead: Readonly<Record<string, readonly string[]>> = {
  status: ["aws ecs list-services --region {region} --cluster {prefix}", "The stack's dashboard in CloudWatch; pulumi stack output systems"],
  health: ["aws ecs list-services --region {region} --cluster {prefix}", "The stack's alarms in CloudWatch"],
  logs: ["aws logs tail /stackbook/{stack}/<system>/backend --region {region} --follow"],
  restart: [`${update} --force-new-deployment`],
  "emergency-stop": [`${update} --desired-count 0`, "The same for each of its services; the next pulumi up starts them again."],
  resume: ["pulumi up --refresh starts what was stopped by hand."],
  deploy: fileThenUp("The version and its images"),
  rollback: ["Put the stack file of before back (git revert), then: pulumi up", "Data: AWS's own snapshots, or a moment of the last aws.backupDays"],
  rotate: fileThenUp("A higher counter under rotations (docs/operations.md has the counters)"),
  scale: fileThenUp("systems.<system>.services.<service>.replicas"),
  maintenance: fileThenUp("systems.<system>.maintenance (docs/configuration.md)"),
  block: fileThenUp("edge.blocked (docs/configuration.md)"),
};

/**
 * On AWS there is no engine: a command that needs one ends before it does anything, here or on this machine's own engine.
 * @param command `logs`; absent: of none
 */
export function refusedOnAws(stack: string, { namePrefix, region }: Region, command: string | undefined): Problem {
  const words = instead[command ?? ""] ?? ["AWS's console, and settings by Pulumi.{stack}.yaml, then: pulumi up"];
  return new Problem(`stackbook ${command ?? ""} doesn't work on AWS yet`, [...words, "Nothing was touched. What there is: docs/aws.md"].map((line) => line.replaceAll("{prefix}", namePrefix).replaceAll("{region}", region).replaceAll("{stack}", stack)));
}
