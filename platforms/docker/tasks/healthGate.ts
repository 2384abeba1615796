import * as pulumi from "@pulumi/pulumi";
import { checkHealth, connect, lastLogLines, sameInputs } from "../engine";

export interface HealthGateArgs {
  readonly host?: pulumi.Input<string | undefined>;
  /** Container IDs that must all be healthy; one without a health check must keep running. */
  readonly containers: pulumi.Input<readonly pulumi.Input<string>[]>;
  /** What they are, for messages: `motel backend 2.0.0`. */
  readonly title: string;
  readonly timeoutSeconds: number;
  /** What a failure means for visitors. @default "The version before keeps serving." */
  readonly meanwhile?: string;
  /** True: its system is halted, so it waits for nothing now, and catches up when the system runs again. @default false */
  readonly idle?: boolean;
}

interface GateInputs {
  host?: string;
  containers: string[];
  title: string;
  timeoutSeconds: number;
  meanwhile?: string;
  idle?: boolean;
}

async function waitUntilHealthy(inputs: GateInputs, id: string, deadline: number): Promise<void> {
  const container = connect(inputs.host).getContainer(id);
  let failures = 0;
  let said: string | undefined;
  for (;;) {
    const { State, RestartCount, Name, Config } = await container.inspect();
    const { Test: test = [], StartPeriod = 0, Retries = 3 } = Config.Healthcheck ?? {};
    const health = State.Health?.Status;
    const runsMs = Date.now() - Date.parse(State.StartedAt);
    const fail = async (what: string): Promise<never> => {
      const probe = (said ?? State.Health?.Log?.at(-1)?.Output)?.trim();
      throw new Error(
        `${inputs.title}: container ${Name.slice(1)} ${what}. ${inputs.meanwhile ?? "The version before keeps serving."}` +
          (probe === undefined || probe === "" ? "" : ` Its health check said: ${probe.slice(-500)}`) +
          `\nIts last lines:\n${await lastLogLines(container, 10)}`,
      );
    };
    if (State.Running && health === "healthy") return;
    if (State.Running && health === undefined && runsMs > 3000) return;
    if (State.Running && health === "unhealthy") await fail("is unhealthy");
    if (RestartCount >= 3) await fail(`keeps stopping (exit code ${State.ExitCode}${State.OOMKilled ? ", out of memory" : ""})`);
    if (!State.Running && !State.Restarting) await fail(`has stopped with exit code ${State.ExitCode}`);
    // The engine's next look may be seconds away; as it does, what fails while the program starts is not counted.
    const starts = runsMs < StartPeriod / 1e6;
    if (State.Running && health === "starting") {
      // Whoever has stopped meanwhile can't be asked; the next round says so.
      const check = await checkHealth(container, test).catch((error: unknown) => ({ healthy: false, said: String(error) }));
      if (check.healthy) return;
      said = check.said;
      if (!starts) failures += 1;
      if (failures >= Retries) await fail("is unhealthy");
    }
    if (Date.now() > deadline) await fail(`was not healthy within ${inputs.timeoutSeconds} s`);
    await new Promise((resolve) => setTimeout(resolve, health === undefined || State.Restarting ? 250 : starts ? 500 : 2000));
  }
}

async function pass(inputs: GateInputs): Promise<void> {
  if (inputs.idle === true) return;
  const deadline = Date.now() + inputs.timeoutSeconds * 1000;
  const ended = await Promise.allSettled(inputs.containers.map((id) => waitUntilHealthy(inputs, id, deadline)));
  const reasons = ended.flatMap((end) => (end.status === "fulfilled" ? [] : [end.reason instanceof Error ? end.reason.message : String(end.reason)]));
  if (reasons.length > 0) throw new Error(reasons.join("\n\n"));
}

const provider: pulumi.dynamic.ResourceProvider<GateInputs, GateInputs> = {
  diff: (_id, olds, news) => Promise.resolve({ changes: news.idle !== true && !sameInputs(olds, news) }),
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
