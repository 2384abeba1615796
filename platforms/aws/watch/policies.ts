/** Policy documents as data: who may publish, who may encrypt. */

const publishers = ["cloudwatch.amazonaws.com", "budgets.amazonaws.com"];

/** AWS's own services encrypt what they publish with the topics' key; without a word here an alarm reaches nobody. */
export function keyPolicy(account: string) {
  return {
    Version: "2012-10-17",
    Statement: [
      { Sid: "TheAccount", Effect: "Allow", Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: ["kms:*"], Resource: "*" },
      { Sid: "ThosePublishing", Effect: "Allow", Principal: { Service: publishers }, Action: ["kms:Decrypt", "kms:GenerateDataKey*"], Resource: "*", Condition: { StringEquals: { "aws:SourceAccount": account } } },
    ],
  };
}

export function topicPolicy(arn: string, account: string) {
  return {
    Version: "2012-10-17",
    Statement: [
      { Sid: "Publish", Effect: "Allow", Principal: { Service: publishers }, Action: ["sns:Publish"], Resource: arn, Condition: { StringEquals: { "aws:SourceAccount": account } } },
      { Sid: "OnlyEncryptedConnections", Effect: "Deny", Principal: "*", Action: ["sns:Publish"], Resource: arn, Condition: { Bool: { "aws:SecureTransport": "false" } } },
    ],
  };
}

/** EventBridge may write to one log group. */
export function eventsLogPolicy(logGroupArn: string) {
  return {
    Version: "2012-10-17",
    Statement: [{ Sid: "EventsToLog", Effect: "Allow", Principal: { Service: ["events.amazonaws.com", "delivery.logs.amazonaws.com"] }, Action: ["logs:CreateLogStream", "logs:PutLogEvents"], Resource: `${logGroupArn}:*` }],
  };
}

const trust = (service: string): string => JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }] });

export const readOnlyChat = {
  trust: trust("chatbot.amazonaws.com"),
  policy: JSON.stringify({ Version: "2012-10-17", Statement: [{ Sid: "Graphs", Effect: "Allow", Action: ["cloudwatch:DescribeAlarms", "cloudwatch:GetMetricData", "cloudwatch:GetMetricWidgetImage"], Resource: ["*"] }] }),
};

export const caller = {
  trust: trust("events.amazonaws.com"),
  policy: (destination: string): string => JSON.stringify({ Version: "2012-10-17", Statement: [{ Sid: "Call", Effect: "Allow", Action: ["events:InvokeApiDestination"], Resource: [destination] }] }),
};
