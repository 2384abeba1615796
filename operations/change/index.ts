import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { operationVariable, type Operation } from "../../releases/record";
import type { Context, Outcome } from "../commands/types";
import type { Engine } from "../engine";
import { exitCodes, Problem } from "../problem";
import { tidy } from "../maintenance/windows";
import type { Preview } from "../preview";
import type { Policies, ProgramOptions } from "../pulumi";
import type { Stack } from "../stack";
import { StackFile } from "../stackFile";
import { recordOperation, type AuditEntry, type AuditResult } from "./audit";
import { takeLock } from "./lock";
import type { Position } from "./repair";

export interface ChangeAbout {
  /** `deploy` */
  readonly command: string;
  /** In the lock, the record and the update's message: `deploy motel 2.0.0`. */
  readonly what: string;
  readonly systems: readonly string[];
  readonly why?: string | undefined;
}

export interface UpdateOptions {
  /** What this update is within the operation, where that has several: `the candidate beside it`. */
  readonly step?: string;
  /** Looks at the real things first. @default what the repair found necessary */
  readonly refresh?: boolean;
  /** Where the program is, other than this working copy. */
  readonly cwd?: string;
  /** What broken rules do to it. @default "told": nothing keeps anybody from putting something right */
  readonly policies?: Policies;
  /** Fewer words: nothing of each resource. @default false */
  readonly quiet?: boolean;
}

export interface PreviewAsked extends Pick<UpdateOptions, "cwd"> {
  /** Broken rules refuse it, besides the program's own checks. @default false */
  readonly policies?: boolean;
}

/** What a changing command works with, while the stack is its own. */
export interface Means {
  /** As it is after the last update. */
  readonly stack: Stack;
  readonly engine: Engine;
  readonly context: Context;
  readonly file: StackFile;
  readonly say: (line: string) => void;
  /** One stack update with the file as it now is. @throws Problem when it fails; the file stays, see `StackFile.putBack` */
  update(options?: UpdateOptions): Promise<Stack>;
  /** What that would change; nothing is touched. */
  preview(options?: PreviewAsked): Promise<Preview>;
  /** A line of the audit between its beginning and its end. */
  readonly record: (detail: string) => void;
}

/**
 * The frame of every changing command: one at a time on a stack, recorded from its beginning to its end, on a stack
 * whose last update came to its end or was put right.
 */
export async function change(about: ChangeAbout, options: { readonly stack?: string | undefined }, context: Context, work: (means: Means) => Promise<Outcome>): Promise<Outcome> {
  const stack = await context.openStack(options.stack);
  const engine = context.connect(stack);
  const unlock = await takeLock(engine, { stack: stack.name, what: about.what, who: context.who, now: context.now(), say: context.say });
  const recorder = new Recorder(about, stack, engine, context);
  try {
    recorder.add("begun");
    const position = await context.repair(stack);
    const file = new StackFile(join(context.root, `Pulumi.${stack.name}.yaml`));
    refuseOlder(file, stack, position);
    const outcome = await work(new Operating(about, { stack, engine, context, file, position, recorder }));
    recorder.add(outcome.exitCode === exitCodes.rolledBack ? "rolled back" : (outcome.exitCode ?? 0) === 0 ? "done" : "failed", firstLine(outcome.text));
    return outcome;
  } catch (error) {
    recorder.add(resultOf(error), error instanceof Error ? error.message : String(error));
    throw error;
  } finally {
    await recorder.written();
    await unlock();
  }
}

/** The audit of one operation; the lines go out one after another, while the work goes on. */
class Recorder {
  private readonly id = randomBytes(4).toString("hex");
  private last: Promise<void> = Promise.resolve();

  constructor(private readonly about: ChangeAbout, /** As it is now: an update may replace who keeps its trail. */ public stack: Stack, private readonly engine: Engine, private readonly context: Context) {}

  add(result: AuditResult, detail?: string): void {
    const { context, engine, id, stack } = this;
    const { command, systems, what, why } = this.about;
    const entry: AuditEntry = {
      at: context.now().toISOString(), id, stack: stack.name, command, what, systems, who: context.who,
      ...(why === undefined ? {} : { why }), result, ...(detail === undefined || detail === "" ? {} : { detail }),
    };
    this.last = this.last.then(() => recordOperation(stack, engine, context.root, entry, context.say));
  }

  written(): Promise<void> {
    return this.last;
  }
}

/** A number that commands write can't be behind the stack's, unless the file is another one's, or an old one. */
function refuseOlder(file: StackFile, stack: Stack, { sequence }: Position): void {
  if (file.sequence >= sequence) return;
  throw new Problem(`${file.path} is older than the stack ${stack.name}: its stackbook:sequence is ${file.sequence}, the stack's last update had ${sequence}`, [
    "This would undo what came after it, so nothing was touched.",
    `Take the newest one (git pull); where it was never committed: npx stackbook settings pull --stack ${stack.name}`,
    `What came after it: npx stackbook history --stack ${stack.name}`,
  ]);
}

class Operating implements Means {
  stack: Stack;
  readonly engine: Engine;
  readonly context: Context;
  readonly file: StackFile;
  private refresh: boolean;

  constructor(private readonly about: ChangeAbout, private readonly given: { readonly stack: Stack; readonly engine: Engine; readonly context: Context; readonly file: StackFile; readonly position: Position; readonly recorder: Recorder }) {
    ({ stack: this.stack, engine: this.engine, context: this.context, file: this.file } = given);
    this.refresh = given.position.refresh;
  }

  // Properties, as checks hand them on by themselves: to whoever tells what a container says.
  readonly say = (line: string): void => this.context.say(line);
  readonly record = (detail: string): void => this.given.recorder.add("begun", detail);

  async update({ cwd, policies = "told", quiet, refresh = this.refresh, step }: UpdateOptions = {}): Promise<Stack> {
    for (const over of tidy(this.file, this.context.now())) this.say(`Taken out of the stack file: ${over}.`);
    this.file.set(["sequence"], Math.max(this.file.sequence, this.given.position.sequence) + 1);
    this.file.save();
    const operation = this.operation(step);
    await this.stack.cli.up(messageOf(operation), quiet === true ? () => undefined : this.context.say, {
      refresh, policies, ...this.program(cwd, operation), configFile: this.file.path,
    });
    this.refresh = false;
    this.stack = await this.context.openStack(this.stack.name);
    this.given.recorder.stack = this.stack;
    return this.stack;
  }

  async preview({ cwd, policies = false }: PreviewAsked = {}): Promise<Preview> {
    return this.file.aside((configFile) => this.stack.cli.preview({ ...this.program(cwd, this.operation()), configFile, policies }));
  }

  private program(cwd: string | undefined, operation: Operation): ProgramOptions {
    return { ...(cwd === undefined ? {} : { cwd }), env: { [operationVariable]: JSON.stringify(operation) } };
  }

  private operation(step?: string): Operation {
    const { command, what, why } = this.about;
    return { command, what: step === undefined ? what : `${what}: ${step}`, who: this.context.who, ...(why === undefined ? {} : { why }) };
  }
}

function messageOf({ what, why }: Operation): string {
  return why === undefined ? what : `${what}: ${why}`;
}

function resultOf(error: unknown): AuditResult {
  if (!(error instanceof Problem)) return "failed";
  if (error.exitCode === exitCodes.interrupted) return "interrupted";
  return error.exitCode === exitCodes.usage ? "refused" : "failed";
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}
