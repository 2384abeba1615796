import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { Problem } from "../problem";
import type { StackCli } from "../pulumi";

/** What was previewed, so that this and nothing else is applied. It lies beside Pulumi's own plan, `<file>.pulumi`, whose secrets the stack's own provider encrypts. */
export interface PlanFile {
  readonly version: 1;
  readonly stack: string;
  readonly at: string;
  /** Of the program, and that nothing was changed besides. */
  readonly commit: string;
  /** Digest of the stack file: settings that were changed meanwhile are other settings. */
  readonly settings: string;
  /** Digest of the state: another update meanwhile makes it another stack. */
  readonly state: string;
  /** False: plans are switched off, and commit, settings and state are what it is held to. */
  readonly constrained: boolean;
}

export const pulumiPlan = (file: string): string => `${file}.pulumi`;

export async function describeNow(stack: string, cli: StackCli, root: string, stackFile: string | undefined): Promise<Pick<PlanFile, "stack" | "commit" | "settings" | "state">> {
  const exported = JSON.parse(await cli.run(["stack", "export"])) as { readonly deployment: { readonly resources?: unknown; readonly pending_operations?: unknown } };
  return { stack, commit: commitOf(root), settings: digest(stackFile ?? ""), state: digest(JSON.stringify([exported.deployment.resources ?? [], exported.deployment.pending_operations ?? []])) };
}

export function writePlan(file: string, plan: PlanFile): void {
  writeFileSync(file, `${JSON.stringify(plan, undefined, 2)}\n`, { mode: 0o600 });
}

export function readPlan(file: string): PlanFile {
  const problem = (what: string): Problem => new Problem(`${file} ${what}`, ["Make one: npx stackbook preview --save-plan <file>"]);
  if (!existsSync(file)) throw problem("is not there");
  let plan: Partial<PlanFile>;
  try {
    plan = JSON.parse(readFileSync(file, "utf8")) as Partial<PlanFile>;
  } catch {
    throw problem("is no plan");
  }
  const { at, commit, constrained, settings, stack, state, version } = plan;
  if (version !== 1 || stack === undefined || at === undefined || commit === undefined || settings === undefined || state === undefined || constrained === undefined) throw problem("is no plan of this version");
  if (constrained && !existsSync(pulumiPlan(file))) throw new Problem(`${pulumiPlan(file)} is not there`, [`It belongs to ${file}: keep both together.`]);
  return { version, stack, at, commit, settings, state, constrained };
}

/** Why what was approved is not what would be done now; empty: it is. */
export function movedSince(plan: PlanFile, now: Pick<PlanFile, "stack" | "commit" | "settings" | "state">): string[] {
  return [
    ...(plan.stack === now.stack ? [] : [`it is of the stack ${plan.stack}, and this is ${now.stack}`]),
    ...(plan.commit === now.commit ? [] : [`its program is of the commit ${plan.commit}, and here is ${now.commit}`]),
    ...(plan.settings === now.settings ? [] : [`Pulumi.${now.stack}.yaml is not as it was`]),
    ...(plan.state === now.state ? [] : ["the stack has had an update, or its state was changed, since"]),
  ];
}

function commitOf(root: string): string {
  const git = (...args: string[]): string => execFileSync("git", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  try {
    const changed = git("status", "--porcelain", "--untracked-files=no") !== "";
    return `${git("rev-parse", "HEAD")}${changed ? ` with changes ${digest(git("diff", "HEAD")).slice(0, 12)}` : ""}`;
  } catch {
    return "no repository";
  }
}

const digest = (text: string): string => createHash("sha256").update(text).digest("hex");
