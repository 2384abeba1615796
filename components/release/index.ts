import { hostname, userInfo } from "node:os";
import * as pulumi from "@pulumi/pulumi";
import { version as pulumiVersion } from "@pulumi/pulumi/version";
import type { RawConfig } from "../../config/load";
import type { StackConfig } from "../../config/types";
import { configHash, keptReleases, operationVariable, type Operation, type ReleasedSystem, type ReleaseFacts } from "../../releases/record";
import { programCommit, programText } from "./commit";
import { SequenceGuard } from "./guard";
import { Ledger } from "./ledger";
import { checkPin } from "./pin";

export interface ReleaseArgs {
  readonly raw: RawConfig;
  readonly stack: StackConfig;
  readonly tasks: pulumi.ProviderResource;
}

/** What is recorded of a system, once it is known. */
export type Released = Readonly<Record<string, pulumi.Input<ReleasedSystem>>>;

/** The beginning and the end of an update: may it be, and what came of it. */
export class Release extends pulumi.ComponentResource {
  private readonly operation = operationOf(process.env);
  private readonly guard: SequenceGuard;

  constructor(name: string, private readonly args: ReleaseArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("stackbook:release:Release", name, {}, opts);
    const { raw, stack, tasks } = args;
    this.guard = new SequenceGuard(
      `${name}-guard`,
      { sequence: stack.sequence, source: raw.source, stack: raw.stack, operation: this.operation },
      { parent: this, provider: tasks },
    );
    this.registerOutputs({});
  }

  /** Resolves when this update may go on. A preview goes on meanwhile: it touches nothing, and is refused as well. */
  async allowed(): Promise<void> {
    await checkPin(this.args.stack, this.args.raw.source);
    if (pulumi.runtime.isDryRun()) return;
    await new Promise<void>((resolve) => this.guard.id.apply(() => resolve()));
  }

  /** The last step: it is recorded only when all before it went through. */
  record(systems: Released, after: readonly pulumi.Resource[]): Ledger {
    const { raw, stack, tasks } = this.args;
    const config = Object.fromEntries(Object.entries(raw.values).filter(([key]) => !raw.secretKeys.has(key)));
    const hash = configHash(config);
    // Asked for only when it is written down: a preview needs no git.
    const commit = pulumi.runtime.isDryRun() ? Promise.resolve({}) : programCommit();
    const facts = pulumi.all([systems, commit]).apply(
      ([released, program]): Omit<ReleaseFacts, "at"> => ({ sequence: stack.sequence, operation: this.operation, ...program, configHash: hash, config, systems: released, tools: { node: process.version, pulumi: pulumiVersion } }),
    );
    const fingerprint = pulumi.all([systems, programText()]).apply(([released, program]) => JSON.stringify([hash, released, program]));
    return new Ledger("releases", { facts, fingerprint, kept: keptReleases }, { parent: this, provider: tasks, dependsOn: [this.guard, ...after] });
  }
}

/** What a command of ours says of itself; else a person, or a pipeline, ran Pulumi. */
function operationOf(env: NodeJS.ProcessEnv): Operation {
  const said = env[operationVariable];
  if (said !== undefined) return JSON.parse(said) as Operation;
  return { command: "pulumi up", what: "pulumi up", who: `${userName(env)}@${hostname()}` };
}

function userName(env: NodeJS.ProcessEnv): string {
  try {
    return userInfo().username;
  } catch {
    // A container's user without an entry in the list of users.
    return env["USER"] ?? "unknown";
  }
}
