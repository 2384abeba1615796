import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface EcsWishes {
  /** Tasks of a definition whose ARN has this in it end with an error. @default none does */
  readonly broken?: string;
  /** Services that are given such a definition take it back. @default none does */
  readonly unhealthy?: string;
  /** Every task's log. @default "done" */
  readonly log?: string;
}

interface Asked {
  readonly cluster?: string;
  readonly services?: readonly string[];
  readonly service?: string;
  readonly taskDefinition?: string;
  readonly tasks?: readonly string[];
  readonly startedBy?: string;
  readonly launchType?: string;
  readonly networkConfiguration?: { readonly awsvpcConfiguration?: { readonly assignPublicIp?: string } };
}

/**
 * So much of ECS and CloudWatch Logs as the program asks itself: tasks, which end at once, and how far services are. Services
 * themselves are only recorded elsewhere, so each runs nothing here until it is asked to.
 */
export class FakeEcs {
  /** Every request: `RunTask stackbook-x-motel-migration-a:1`. */
  readonly asked: string[] = [];
  /** All tasks that ever were, by `startedBy`. */
  readonly runs: string[] = [];
  readonly wishes: { current: EcsWishes } = { current: {} };
  private readonly tasks = new Map<string, string>();
  private readonly running = new Map<string, string>();

  private constructor(private readonly server: Server) {}

  static async start(): Promise<FakeEcs> {
    const server = createServer((request, response) => void ecs.answer(request, response));
    const ecs = new FakeEcs(server);
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    return ecs;
  }

  /** For whoever is to ask it in place of AWS. */
  get env(): Record<string, string> {
    return { AWS_ENDPOINT_URL: `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`, AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" };
  }

  async close(): Promise<void> {
    await new Promise((done) => {
      this.server.close(done);
      this.server.closeAllConnections();
    });
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = JSON.parse(Buffer.concat(parts).toString("utf8") || "{}") as Asked;
    const action = String(request.headers["x-amz-target"] ?? "").split(".").at(-1) ?? "";
    this.asked.push(`${action} ${body.taskDefinition ?? body.service ?? ""}`.trim());
    const known = this.act(action, body);
    response.writeHead(known === undefined ? 400 : 200, { "content-type": "application/x-amz-json-1.1" });
    response.end(JSON.stringify(known ?? { __type: "InvalidAction", message: `the fake ECS doesn't know ${action}` }));
  }

  private act(action: string, body: Asked): object | undefined {
    switch (action) {
      case "RunTask":
        return this.run(body);
      case "DescribeTasks":
        return { tasks: (body.tasks ?? []).map((taskArn) => this.task(taskArn)) };
      case "ListTasks":
        return { taskArns: [] };
      case "GetLogEvents":
        return { events: (this.wishes.current.log ?? "done").split("\n").map((message) => ({ message, timestamp: 1 })) };
      case "DescribeServices":
        return { services: (body.services ?? []).map((name) => this.service(name)) };
      case "UpdateService":
        this.roll(body.service ?? "", body.taskDefinition ?? "");
        return { service: this.service(body.service ?? "") };
      default:
        return undefined;
    }
  }

  private run({ launchType, networkConfiguration, startedBy = "", taskDefinition = "" }: Asked): object {
    if (launchType !== "FARGATE" || networkConfiguration?.awsvpcConfiguration?.assignPublicIp !== "DISABLED") return { failures: [{ reason: "a task without a public address, on Fargate, is what is allowed here" }] };
    const taskArn = `arn:aws:ecs:eu-central-1:000000000000:task/it/${this.runs.length}`;
    this.runs.push(startedBy);
    this.tasks.set(taskArn, taskDefinition);
    return { tasks: [{ taskArn }] };
  }

  private task(taskArn: string): object {
    const taskDefinitionArn = this.tasks.get(taskArn) ?? "";
    const { broken } = this.wishes.current;
    const exitCode = broken !== undefined && taskDefinitionArn.includes(broken) ? 1 : 0;
    return { taskArn, taskDefinitionArn, lastStatus: "STOPPED", stoppedReason: "Essential container in task exited", containers: containersOf(taskDefinitionArn, exitCode) };
  }

  private roll(name: string, taskDefinition: string): void {
    const { unhealthy } = this.wishes.current;
    const takenBack = unhealthy !== undefined && name.includes(unhealthy);
    if (!takenBack) this.running.set(name, taskDefinition);
  }

  private service(name: string): object {
    const taskDefinition = this.running.get(name) ?? "";
    return { serviceName: name, status: "ACTIVE", taskDefinition, events: [{ message: `(service ${name}) deployment failed: tasks failed to start.` }], deployments: [{ status: "PRIMARY", taskDefinition, rolloutState: "COMPLETED" }] };
  }
}

/** Under every name that a task's container may have: the fake knows its definition's name alone, `stackbook-x-motel-migration-a:1`. */
function containersOf(definition: string, exitCode: number): object[] {
  const words = definition.slice(definition.lastIndexOf("/") + 1).replace(/:.*$/, "").replace(/-[ab]$/, "").split("-");
  return words.map((_, at) => ({ name: words.slice(at).join("-"), exitCode }));
}
