import { join } from "node:path";
import { change, type Means } from "../change";
import { tellChannels } from "../channels";
import type { Context, Outcome } from "../commands/types";
import { exitCodes, Problem } from "../problem";
import { StackFile } from "../stackFile";
import { atOnce } from "./atOnce";
import { readDeploy, type DeployOptions, type DeployRequest } from "./options";
import { gradually } from "./gradual";
import { resume } from "./resume";
import { makePlan, type Plan, type Planning } from "./plan";

/** D1, D2: a version by updates of the stack, tried and watched, and taken back by itself when it is bad. */
export async function deploy(options: DeployOptions, context: Context, system: string | undefined, version: string | undefined): Promise<Outcome> {
  const stack = await context.openStack(options.stack);
  const request = readDeploy(options, system, version, Object.keys(stack.outputs.systems ?? {}));
  if (request.dryRun && request.mode === "deploy") return dryRun(request, options, context);
  const about = { command: "deploy", what: `deploy ${request.system} ${request.version ?? `--${request.mode}`}`, systems: [request.system], why: whyOf(request) };
  return change(about, options, context, (means) => work(request, means));
}

async function work(request: DeployRequest, means: Means): Promise<Outcome> {
  if (request.mode !== "deploy") return resume(request, means);
  const plan = await makePlan(request, means);
  await confirm(request, plan, means);
  await tellChannels(means.stack, means.engine, beginning(request, plan, means), (line) => means.say(line));
  const { gradual } = request;
  return gradual === undefined ? atOnce(request, plan, means) : gradually(request, plan, means, gradual);
}

async function confirm({ system, yes }: DeployRequest, plan: Plan, means: Means): Promise<void> {
  const { context, stack } = means;
  for (const line of plan.shown) means.say(line);
  if (yes || (await context.confirm(`Deploy ${system} ${plan.to} to the stack ${stack.name}?`))) return;
  throw new Problem("nothing was deployed: not confirmed", [], exitCodes.interrupted);
}

function beginning({ gradual, system, why, watchSeconds }: DeployRequest, plan: Plan, { context }: Means): Parameters<typeof tellChannels>[2] {
  const how = gradual === undefined ? "for all visitors at once" : `for ${gradual.percents.map((percent) => `${percent} %`).join(", ")} of the visitors, one after another`;
  return {
    kind: "deploy", system, title: `DEPLOY BEGINS: ${system} ${plan.from} to ${plan.to}`,
    text: [`${system} ${plan.to} is being deployed, ${how}${watchSeconds === 0 ? "" : ", and watched afterwards"}.`, ...(why === undefined ? [] : [`Why: ${why}`]), `Who: ${context.who}`].join("\n"),
  };
}

/** The checks and the preview of a deploy; no lock, no record, nothing repaired. */
async function dryRun(request: DeployRequest, options: DeployOptions, context: Context): Promise<Outcome> {
  const stack = await context.openStack(options.stack);
  const file = new StackFile(join(context.root, `Pulumi.${stack.name}.yaml`));
  const looking: Planning = {
    stack, context, file, engine: context.connect(stack), say: context.say,
    preview: ({ policies = false } = {}) => file.aside((configFile) => stack.cli.preview({ configFile, policies })),
  };
  const { from, images, preview, shown, to } = await makePlan(request, looking);
  return {
    text: [...shown, "", "Nothing was changed (--dry-run)."].join("\n"),
    json: { stack: stack.name, system: request.system, from, version: to, images, result: "dry run", changes: preview.changes },
  };
}

/** One line for the record, with what was done in spite of a rule. */
function whyOf({ despite, skipStaging, why }: DeployRequest): string | undefined {
  const parts = [...(why === undefined ? [] : [why]), ...(skipStaging === undefined ? [] : [`not on staging first: ${skipStaging}`]), ...(despite === undefined ? [] : [`although what runs is not well: ${despite}`])];
  return parts.length === 0 ? undefined : parts.join("; ");
}
