import * as pulumi from "@pulumi/pulumi";
import { connect, lastLogLines, sameInputs } from "../engine";

export interface HealthGateArgs {
  readonly host?: pulumi.Input<string | undefined>;
  /** Container IDs that must all be healthy; one without a health check must keep running. */
  readonly containers: pulumi.Input<readonly pulumi.Input<string>[]>;
  /** What they are, for messages: `motel backend 2.0.0`. */
  readonly title: string;
  readonly timeoutSeconds: number;
  /** What a failure means for visitors. @default "The version before keeps serving." */
  readonly meanwhile?: string;
}

interface GateInputs {
  host?: string;
  containers: string[];
  title: string;
  timeoutSeconds: number;
  meanwhile?: string;
}

async function waitUntilHealthy(inputs: GateInputs, id: string, deadline: number): Promise<void> {
  const container = connect(inputs.host).getContainer(id);
  for (;;) {
    const { State, RestartCount, Name } = await container.inspect();
    const health = State.Health?.Status;
    const fail = async (what: string): Promise<never> => {
      const probe = State.Health?.Log?.at(-1)?.Output?.trim();
      throw new Error(
        `${inputs.title}: container ${Name.slice(1)} ${what}. ${inputs.meanwhile ?? "The version before keeps serving."}` +
          (probe === undefined || probe === "" ? "" : ` Its health check said: ${probe.slice(-500)}`) +
          `\nIts last lines:\n${await lastLogLines(container, 10)}`,
      );
    };
    if (State.Running && health === "healthy") return;
    if (State.Running && health === undefined && Date.now() - Date.parse(State.StartedAt) > 3000) return;
    if (State.Running && health === "unhealthy") await fail("is unhealthy");
    if (RestartCount >= 3) await fail(`keeps stopping (exit code ${State.ExitCode}${State.OOMKilled ? ", out of memory" : ""})`);
    if (!State.Running && !State.Restarting) await fail(`has stopped with exit code ${State.ExitCode}`);
    if (Date.now() > deadline) await fail(`was not healthy within ${inputs.timeoutSeconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

async function pass(inputs: GateInputs): Promise<void> {
  const deadline = Date.now() + inputs.timeoutSeconds * 1000;
  const ended = await Promise.allSettled(inputs.containers.map((id) => waitUntilHealthy(inputs, id, deadline)));
  const reasons = ended.flatMap((end) => (end.status === "fulfilled" ? [] : [end.reason instanceof Error ? end.reason.message : String(end.reason)]));
  if (reasons.length > 0) throw new Error(reasons.join("\n\n"));
}

const provider: pulumi.dynamic.ResourceProvider<GateInputs, GateInputs> = {
  diff: (_id, olds, news) => Promise.resolve({ changes: !sameInputs(olds, news) }),
  async create(inputs) {
    await pass(inputs);
    return { id: `healthy-${inputs.title.replace(/[^A-Za-z0-9]+/g, "-")}`, outs: inputs };
  },
  async update(_id, _olds, news) {
    await pass(news);
    return { outs: news };
  },
};

/**
 * Done when its containers are healthy; until then every update fails with their last lines.
 * The containers' own `wait` is not relied on: an update after a failed one takes a half-created
 * container for done (see docs/decisions).
 */
export class HealthGate extends pulumi.dynamic.Resource {
  constructor(name: string, args: HealthGateArgs, opts: pulumi.CustomResourceOptions) {
    super(provider, name, { ...args }, opts, "stackbook", "HealthGate");
  }
}
