import type { ReleaseRecord } from "../../releases/record";
import { systemIds } from "../../systems";
import { chooseBackup } from "../backups/choose";
import { restoreByUpdate } from "../backups/restore";
import { newRestoreId } from "../backups/restoreKey";
import { askBackupAgent } from "../backupAgent";
import { took } from "../backups/texts";
import { change, type Means } from "../change";
import { updateOrTakeBack } from "../change/takeBack";
import type { Context, Outcome } from "../commands/types";
import { describePreview } from "../preview";
import { exitCodes, Problem } from "../problem";
import { tell, verify } from "./after";
import { choices, historyOf, of, releaseBefore, releaseNumbered, runs, type History } from "./choose";
import { readOptions, type Asked, type RollbackOptions } from "./options";
import { applyEdits, checkWay, describeEdits, describeRelease, isBuiltHere, planEdits, type Wanted } from "./plan";
import { checkOut, keepPackages, programOf, type Program } from "./program";

/** D3: back to what was, by one more update of the stack. */
export async function rollback(options: RollbackOptions, context: Context, system?: string): Promise<Outcome> {
  const stack = await context.openStack(options.stack);
  const asked = readOptions(options, system, Object.keys(stack.outputs.systems ?? {}), context.screen.columns !== undefined);
  if (asked.cause !== undefined) context.say(`${asked.cause.issue}: ${asked.cause.action}, ${asked.cause.expect}.`);
  if (asked.cause?.way === "restart" || asked.cause?.way === "emergency-stop") return other(asked.cause.way, asked, options, context);
  const history = historyOf(stack);
  const chosen = asked.form === undefined && asked.data === undefined ? await pick(asked, history, context) : asked;
  const what = describe(chosen);
  const about = { command: "rollback", what, systems: chosen.system === undefined ? Object.keys(stack.outputs.systems ?? {}) : [chosen.system], why: options.why ?? asked.cause?.issue };
  return change(about, options, context, (means) => bringBack(chosen, options, means));
}

/** The other rows of the matrix are commands of their own. */
async function other(way: "restart" | "emergency-stop", { cause, system = "" }: Asked, options: RollbackOptions, context: Context): Promise<Outcome> {
  if (options.dryRun === true) return { text: `This runs: npx stackbook ${way} ${system}`, json: { command: way, system } };
  const passed = [...(options.stack === undefined ? [] : ["--stack", options.stack]), ...(options.yes === true ? ["--yes"] : []), "--why", options.why ?? cause?.issue ?? way];
  return context.run([way, system, ...passed]);
}

/** A person chooses among the releases in which the system was another one. */
async function pick(asked: Asked, history: History, context: Context): Promise<Asked> {
  const { system } = asked;
  const list = system === undefined ? [...history.earlier] : choices(history, system);
  if (list.length === 0) throw new Problem(`no earlier release of ${system ?? "the stack"} is recorded`, ["See what there is: npx stackbook history"]);
  context.say(`Now: ${describeRelease(history.current, system, context.now())}`);
  for (const [at, record] of list.entries()) context.say(`  ${at + 1}  ${describeRelease(record, system, context.now())}`);
  const answer = await context.ask(`Back to which one? 1-${list.length}, nothing to leave it:`);
  const record = list[Number(answer) - 1];
  if (record === undefined) throw new Problem("nothing was rolled back: none was chosen", [], exitCodes.interrupted);
  return { ...asked, form: "release", to: String(record.number) };
}

function describe({ data, form, system = "everything", to }: Asked): string {
  const where = to === undefined ? "" : ` to release ${to}`;
  const parts = [...(form === undefined || form === "release" ? [] : [form]), ...(data === undefined ? [] : [data === true ? "data" : `data of ${data}`])];
  return `rollback ${system}${where}${parts.length === 0 ? "" : ` (${parts.join(" and ")})`}`;
}

interface Plan {
  readonly wanted: Wanted | undefined;
  readonly program: Program;
  readonly backup: { readonly id: string; readonly backup: string } | undefined;
}

async function bringBack(asked: Asked, options: RollbackOptions, means: Means): Promise<Outcome> {
  const { context, file } = means;
  const before = file.text();
  const history = historyOf(means.stack);
  const plan = await makePlan(asked, options, history, means);
  const { backup, program, wanted } = plan;
  const cwd = program.kind === "commit" ? await checkOut(program.commit, { root: context.root, stack: means.stack.name, say: (line) => means.say(line) }) : undefined;
  const edits = wanted === undefined ? [] : planEdits(file, wanted);
  const edit = (): void => {
    applyEdits(file, edits);
    file.set(["pinned"], program.kind === "commit" ? program.commit : undefined);
  };
  edit();
  const textAfter = file.text();
  const unchanged = edits.length === 0 && backup === undefined && textAfter === before;
  if (unchanged) return { text: "The stack file says so already: run `pulumi up` if the stack is another one.", json: { stack: means.stack.name, changed: false } };
  const preview = await means.preview(cwd === undefined ? {} : { cwd });
  const shown = [
    ...(wanted === undefined ? [] : [`Back to ${describeRelease(wanted.target, wanted.system, context.now())}`, ...describeEdits(edits)]),
    ...(backup === undefined ? [] : [`Data of ${backup.backup}; what was written since is kept in a safety backup.`]),
    ...(program.kind === "commit" ? [`Program: commit ${program.commit.slice(0, 12)}; the stack file pins it.`] : []),
    "What the update changes:", describePreview(preview),
  ].join("\n");
  if (options.dryRun === true) return { text: `${shown}\n\nNothing was changed (--dry-run).`, json: { stack: means.stack.name, changed: false, edits, changes: preview.changes, program, backup: backup?.backup ?? null } };
  means.say(shown);
  if (options.yes !== true && !(await context.confirm(`${describe(asked)}, in the stack ${means.stack.name}?`))) throw new Problem("nothing was rolled back: not confirmed", [], exitCodes.interrupted);
  const began = context.now().getTime();
  if (backup !== undefined && asked.system !== undefined) {
    file.putBack(before);
    await restoreByUpdate({ system: asked.system, key: backup, edit, cwd }, means);
  } else {
    await updateOrTakeBack(means, before, { policies: "none", ...(cwd === undefined ? {} : { cwd }) });
  }
  const seconds = (context.now().getTime() - began) / 1000;
  await keepPackages(context.root);
  const wrong = await verify(means, systemIds.filter((id) => (asked.system === undefined ? Object.hasOwn(means.stack.outputs.release?.systems ?? {}, id) : id === asked.system)));
  const title = `ROLLED BACK: ${describe(asked).replace(/^rollback /, "")}`;
  await tell(means, { system: asked.system, title, lines: [...(options.why === undefined ? [] : [`Why: ${options.why}`]), ...(wrong.length === 0 ? ["What runs is what the record says, and the smoke checks pass."] : wrong)] });
  return outcome(asked, { ...plan, seconds, wrong }, means);
}

async function makePlan(asked: Asked, options: RollbackOptions, history: History, means: Means): Promise<Plan> {
  const { data, form, system, to } = asked;
  const { context, stack } = means;
  const target = form === undefined ? undefined : to === undefined ? releaseBefore(history, system, form, stack.name) : releaseNumbered(history, to, stack.name);
  if (target !== undefined && system !== undefined && !runs(target, system)) throw new Problem(`release ${target.number} did not run ${system}`, [`It ran ${Object.keys(target.systems).join(", ")}.`], exitCodes.usage);
  const wanted = form === undefined || target === undefined ? undefined : { system, form, target };
  const backup = data === undefined || system === undefined ? undefined : await checkBackup(data, system, target, history, means);
  if (wanted !== undefined) await checkWay(wanted, history, means.engine, { hasData: backup !== undefined });
  return { wanted, backup, program: await program(wanted, options, means, context.root) };
}

/** Settings alone need no other program than today's; nor do images that a registry keeps. */
function program(wanted: Wanted | undefined, options: RollbackOptions, { file }: Means, root: string): Promise<Program> {
  const pinned = file.get(["pinned"]);
  const needs = wanted !== undefined && (wanted.form === "release" || (wanted.form === "code" && builtHere(wanted)));
  if (needs) return programOf(wanted.target, root, { currentProgram: options.currentProgram === true });
  return Promise.resolve(typeof pinned === "string" ? { kind: "commit", commit: pinned } : { kind: "here", why: "settings and images say all there is to say" });
}

function builtHere({ system, target }: Wanted): boolean {
  return Object.keys(target.systems).some((id) => (system === undefined || id === system) && Object.values(of(target, id)?.images ?? {}).some(isBuiltHere));
}

/** The named one; else the one that was taken before the first release after the target; else the newest. */
async function checkBackup(data: string | true, system: string, target: ReleaseRecord | undefined, history: History, means: Means): Promise<NonNullable<Plan["backup"]>> {
  const fitting = target === undefined ? undefined : [...history.earlier, history.current].filter(({ number }) => number > target.number).sort((a, b) => a.number - b.number).map((record) => of(record, system)?.backup).find((name) => name !== undefined && name !== of(target, system)?.backup);
  const { backup: name } = chooseBackup(means.stack, data === true ? (fitting ?? "latest") : data, system);
  const id = newRestoreId();
  const checked = await askBackupAgent(means.stack, means.engine, system, "check", { backup: name, id }, (line) => means.say(line));
  means.say(`${checked.backup}: key, signature, checksums, versions and space are in order.`);
  return { id, backup: checked.backup };
}

interface Done extends Plan {
  readonly seconds: number;
  /** What was found afterwards. */
  readonly wrong: readonly string[];
}

async function outcome(asked: Asked, { backup, program: ran, seconds, wanted, wrong }: Done, means: Means): Promise<Outcome> {
  const { release } = means.stack.outputs;
  const text = [
    ...(wrong.length === 0 ? [] : ["It went through, but not all is well:", ...wrong.map((what) => `  ${what}`)]),
    `${describe(asked)}: done in ${took(seconds)}${release === undefined ? "" : `, release ${release.number}`}.`,
    ...(ran.kind === "commit" ? [`The stack file pins the program to commit ${ran.commit.slice(0, 12)}: a plain \`pulumi up\` of another one is refused until a deploy goes forward again.`] : []),
    ...(release === undefined || wanted === undefined ? [] : [`The way back again: npx stackbook rollback ${asked.system ?? "--all"} --to ${release.number - 1}`]),
    "",
    "To commit, so that neither a colleague nor a pipeline undoes it:",
    await means.file.difference(),
  ];
  return { text: text.join("\n"), json: { stack: means.stack.name, changed: true, seconds, release: release?.number ?? null, to: wanted?.target.number ?? null, backup: backup?.backup ?? null, program: ran, wrong }, exitCode: wrong.length === 0 ? exitCodes.done : exitCodes.failed };
}
