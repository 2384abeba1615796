import { join } from "node:path";
import { took } from "../backups/texts";
import { change, type Means } from "../change";
import type { Context, GlobalOptions, Outcome } from "../commands/types";
import { exitCodes, Problem } from "../problem";
import { StackFile } from "../stackFile";
import { proveDead, remember } from "./after";
import { renewBackups, type Renewed } from "./backups";
import { oldCaches } from "./before";
import { planRotation, type Asked, type Exchange, type RotationPlan } from "./plan";
import { byHand } from "./texts";

export interface RotateOptions extends GlobalOptions {
  readonly all?: boolean;
  readonly why?: string;
}

/** D7: new secrets in place of old ones, by one update. */
export async function rotate(options: RotateOptions, context: Context, whose = "", ...what: readonly (string | undefined)[]): Promise<Outcome> {
  const asked: Asked = { whose, what: what.flatMap((word) => word ?? []), all: options.all === true };
  const stack = await context.openStack(options.stack);
  // What is asked for wrongly takes no lock.
  const { exchanges } = planRotation(asked, { stack, file: new StackFile(join(context.root, `Pulumi.${stack.name}.yaml`)) });
  const systems = [...new Set(exchanges.flatMap(({ system }) => system ?? []))];
  const about = { command: "rotate", what: describe(asked), systems, why: options.why };
  return change(about, options, context, (means) => exchange(asked, options, means));
}

const describe = ({ all, what, whose }: Asked): string => `rotate ${whose} ${all ? "--all" : what.join(" ")}`;

async function exchange(asked: Asked, options: RotateOptions, means: Means): Promise<Outcome> {
  const { context, file } = means;
  const plan = planRotation(asked, means);
  const ends = [...plan.exchanges.flatMap(({ ends: end }) => end ?? []), ...(await oldCaches(plan.exchanges, means))];
  means.say(describePlan(plan, ends, means));
  if (asked.all && asked.whose === "all") means.say(passphraseFirst(means));
  if (ends.length > 0 && options.yes !== true && !(await context.confirm(`${describe(asked)}, in the stack ${means.stack.name}?`))) {
    throw new Problem("nothing was exchanged: not confirmed", [], exitCodes.interrupted);
  }
  const memory = await remember(plan.exchanges, means);
  for (const { path, to } of plan.exchanges) set(file, path, to);
  const began = context.now().getTime();
  try {
    await means.update();
  } catch (error) {
    throw unfinished(error, asked, options);
  }
  const seconds = (context.now().getTime() - began) / 1000;
  const { dead, problems } = await proveDead(plan.exchanges, memory, means);
  const renewed = await renewBackups(plan.exchanges, means);
  const bad = [...problems, ...renewed.problems];
  return {
    text: describeOutcome(plan, { seconds, dead, renewed, problems: bad }, means.stack.name, await file.difference()),
    json: {
      stack: means.stack.name, seconds, release: means.stack.outputs.release?.number ?? null, problems: bad,
      exchanged: plan.exchanges.map(({ ends: end, from, name, to }) => ({ secret: name, from, to, ends: end ?? null })),
      given: plan.given, absent: plan.absent, dead, backups: renewed.taken,
    },
    exitCode: bad.length === 0 ? exitCodes.done : exitCodes.failed,
  };
}

/** The schema wants the kind beside the generation. */
function set(file: StackFile, path: Exchange["path"], to: number): void {
  if (path[0] === "backups" && file.get(["backups", "encryption"]) === undefined) file.set(["backups", "encryption", "kind"], "symmetric");
  file.set(path, to);
}

function describePlan({ absent, exchanges, given }: RotationPlan, ends: readonly string[], { file, stack }: Means): string {
  const halted = [...new Set(exchanges.flatMap(({ system }) => (system !== undefined && file.get(["systems", system, "halted"]) !== undefined ? [system] : [])))];
  return [
    "Exchanged by one update:",
    ...exchanges.map(({ from, name, to }) => `  ${name}${from === to ? "  (an update that failed has begun it; this one brings it to its end)" : ""}`),
    ...(ends.length === 0 ? ["Nobody notices: the old ones open until the last container that holds them has stopped, and are dead then."] : ["What ends:", ...ends.map((end) => `  ${end}`)]),
    ...halted.map((id) => `${id} is halted: its new secrets are made now, and its containers get them when it is resumed.`),
    ...absent.map((why) => `Left out: ${why}.`),
    ...(given.length === 0 ? [] : ["Given by you, so nobody else can exchange them:", ...given.map((full) => `  ${full}: ${byHand(full, stack.name)}`)]),
  ].join("\n");
}

/** Whoever had what opens the state would have the new ones as well. */
function passphraseFirst({ stack }: Means): string {
  return `What opens the stack's own secrets is not among them: if it may have been seen too, say no, change it first, and come back: pulumi stack change-secrets-provider passphrase --stack ${stack.name}`;
}

/** Nothing is taken back: the old ones open still, and the next update goes on where this one stopped. */
function unfinished(error: unknown, asked: Asked, { stack }: RotateOptions): unknown {
  if (!(error instanceof Problem) || error.exitCode === exitCodes.locked) return error;
  const again = `npx stackbook ${describe(asked)}${stack === undefined ? "" : ` --stack ${stack}`}`;
  return new Problem("the exchange has not come to its end:", [
    error.message, ...error.remedy,
    "What ran before goes on running, and what was not ended yet still opens; the counters in the stack file stay raised, as a secret never goes back.",
    `Put the cause right, then run the same again: ${again}. It exchanges nothing twice; a plain \`pulumi up\` does as well.`,
  ], error.exitCode);
}

interface Result {
  readonly seconds: number;
  readonly dead: readonly string[];
  readonly renewed: Renewed;
  readonly problems: readonly string[];
}

function describeOutcome({ exchanges, given }: RotationPlan, { dead, problems, renewed, seconds }: Result, stack: string, difference: string): string {
  const keys = exchanges.some(({ kind }) => kind === "backup-key");
  return [
    `${exchanges.length === 1 ? "One secret was" : `${exchanges.length} secrets were`} exchanged in ${took(seconds)}: ${exchanges.map(({ name }) => name).join(", ")}.`,
    ...dead,
    ...renewed.text,
    ...(keys
      ? ["Backups from now on are opened by the new key alone. Keep a new recovery kit, today: npx stackbook recovery-kit", "Keep the old kit too, as long as there are backups of its time; the new one has the earlier keys as well."]
      : ["Whoever keeps a recovery kit keeps a new one, which has the new secrets: npx stackbook recovery-kit"]),
    ...(given.length === 0 ? [] : ["STILL TO DO, by you:", ...given.map((full) => `  ${full}: ${byHand(full, stack)}`), "  then pulumi up, once for all of them"]),
    ...problems.map((problem) => `FAILED: ${problem}`),
    "",
    "To commit, so that neither a colleague nor a pipeline is refused:",
    difference,
  ].join("\n");
}
