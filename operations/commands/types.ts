import type { Command } from "commander";
import type { Engine } from "../engine";
import type { Stack } from "../stack";

/** What every command may use; tests put their own in. */
export interface Context {
  /** The working copy. */
  readonly root: string;
  readonly env: NodeJS.ProcessEnv;
  readonly now: () => Date;
  /** Who does it, for the record: user@host. */
  readonly who: string;
  openStack(name: string | undefined): Promise<Stack>;
  connect(stack: Stack): Engine;
}

/** What a command has to say: once for people, once for programs. */
export interface Outcome {
  readonly text: string;
  readonly json: unknown;
}

export interface GlobalOptions {
  readonly stack?: string;
  readonly json?: boolean;
}

/** A command declares its arguments on what it is given, and says what came of it through `run`. */
export interface CommandModule {
  define(command: Command, run: Run): void;
}

/** Wraps a handler: options of the command, those of all commands, and arguments in order. */
export type Run = <O extends object>(handler: (options: O & GlobalOptions, context: Context, ...args: readonly (string | undefined)[]) => Promise<Outcome>) => (...given: unknown[]) => Promise<void>;
