import type { Command } from "commander";
import type { Position } from "../change/repair";
import type { Engine } from "../engine";
import type { NewStack } from "../newStack";
import type { StackCli } from "../pulumi";
import type { Place, Stack } from "../stack";

/** What every command may use; tests put their own in. */
export interface Context {
  /** The working copy. */
  readonly root: string;
  readonly env: NodeJS.ProcessEnv;
  readonly now: () => Date;
  /** Who does it, for the record: user@host. */
  readonly who: string;
  openStack(name: string | undefined): Promise<Stack>;
  /** Its name and its engine alone, without a look at its state: at once, and whatever became of the backend. */
  locate(name: string | undefined): Promise<Place>;
  /** One that is not there yet: tools, passphrase, stack file, empty state. */
  createStack(wanted: NewStack): Promise<StackCli>;
  connect(stack: Place): Engine;
  /** Another command of ours, in this one's place. */
  run(argv: readonly string[]): Promise<Outcome>;
  /** Puts right what an update that was killed has left, and says where the stack stands. */
  repair(stack: Stack): Promise<Position>;
  /** What is under way, for people: standard error, so that an answer can be piped. */
  readonly say: (line: string) => void;
  /** Part of an answer that comes bit by bit: lines of a log, a screen that is drawn anew. Standard output, as it is. */
  readonly print: (text: string) => void;
  readonly screen: Screen;
  /** Asks a person; without a terminal there is nobody to ask, which is a Problem that names --yes. */
  confirm(question: string): Promise<boolean>;
  /** A person's line in answer to a question, without spaces around it; without a terminal there is nobody to ask, which is a Problem. */
  ask(question: string): Promise<string>;
  /** The text of `Pulumi.<stack>.yaml`, where there is one. */
  stackFile(stack: string): string | undefined;
}

/** Where answers are read. */
export interface Screen {
  /** On a terminal, and nobody asked for none (NO_COLOR). */
  readonly colours: boolean;
  /** undefined: it is no terminal. */
  readonly columns: number | undefined;
}

/** What a command has to say: once for people, once for programs. */
export interface Outcome {
  /** Empty: all was said already. */
  readonly text: string;
  /** undefined: all was said already. */
  readonly json: unknown;
  /** What was asked for was done, and what came of it is bad: a damaged backup. @default 0 */
  readonly exitCode?: number;
}

export interface GlobalOptions {
  readonly stack?: string;
  readonly json?: boolean;
  readonly yes?: boolean;
}

/** A command declares its arguments on what it is given, and says what came of it through `run`. */
export interface CommandModule {
  define(command: Command, run: Run): void;
}

/** Wraps a handler: options of the command, those of all commands, and arguments in order. */
export type Run = <O extends object>(handler: (options: O & GlobalOptions, context: Context, ...args: readonly (string | undefined)[]) => Promise<Outcome>) => (...given: unknown[]) => Promise<void>;
