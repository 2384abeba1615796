import { commandText, type CommandId } from "../commands";
import type { AlertRow } from "../types";
import { requestsCommand, type TrafficMetric } from "./edgeLog";
import { logGroupName } from "./judged";

/** What to run next on AWS, for the commands of `../commands.ts` that speak of containers and hosts. With AWS's own command line. */
export function awsCommand(row: Pick<AlertRow, "command" | "system">, stack: string, part?: string): string {
  const render = makers[row.command];
  return render === undefined ? commandText(row.command, { stack, system: row.system }) : render({ stack, system: row.system, part });
}

interface Asked {
  readonly stack: string;
  readonly system: AlertRow["system"];
  readonly part: string | undefined;
}

const tail = (group: string, more = ""): string => `aws logs tail ${group} --since 15m${more}`;
const applicationLog = ({ part, stack, system }: Asked): string => tail(logGroupName(stack, system, part === "frontend" ? "frontend" : "backend"));
/** What ECS told of a system's containers: started, stopped, and why. */
const events = ({ stack, system }: Asked): string => tail(logGroupName(stack, "stack", "events"), system === "stack" ? "" : ` --filter-pattern '"${system}"'`);
const requests = (metric: TrafficMetric) => ({ stack, system }: Asked): string => requestsCommand(stack, system, metric);
const dashboard = ({ stack }: Asked): string => `open https://console.aws.amazon.com/cloudwatch/home#dashboards/dashboard/${stack}`;
const databases = 'aws rds describe-events --duration 60 --query "Events[].[Date,SourceIdentifier,Message]" --output table';
const insights = "open https://console.aws.amazon.com/cloudwatch/home#database-insights:";

const makers: Readonly<Partial<Record<CommandId, (asked: Asked) => string>>> = {
  containers: events, containerLogs: events, hostKills: events,
  edgeLogs: ({ stack }) => tail(logGroupName(stack, "stack", "edge")),
  containerStats: dashboard, hostStats: dashboard, cacheInfo: dashboard,
  serviceLogs: (asked) => applicationLog(asked),
  backendLogs: (asked) => applicationLog(asked),
  failedRequests: requests("failed-5xx"), refusedRequests: requests("failed-4xx"), slowRequests: requests("milliseconds"), lastRequests: requests("requests"),
  failedLogins: requests("failed-logins"), deprecatedRequests: requests("deprecated-requests"), mtailLogs: requests("requests"),
  databaseLogs: () => databases,
  databaseConnections: () => insights, databaseQueries: () => insights, databaseReplicas: () => insights, slowOperations: () => insights,
  cacheLogs: () => 'aws elasticache describe-events --duration 60 --query "Events[].[Date,SourceIdentifier,Message]" --output table',
  hostDisks: () => 'aws rds describe-db-instances --query "DBInstances[].[DBInstanceIdentifier,AllocatedStorage,MaxAllocatedStorage]" --output table',
  certificates: () => 'aws acm list-certificates --query "CertificateSummaryList[].[DomainName,NotAfter,RenewalEligibility]" --output table',
};
