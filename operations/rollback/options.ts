import type { GlobalOptions } from "../commands/types";
import { Problem, usageExitCode } from "../problem";
import { causes, isCause, type Cause } from "./matrix";
import type { RollbackForm } from "./settings";

export interface RollbackOptions extends GlobalOptions {
  readonly to?: string;
  readonly config?: boolean;
  readonly code?: boolean;
  /** True: given without a name. */
  readonly data?: string | true;
  readonly all?: boolean;
  readonly because?: string;
  readonly currentProgram?: boolean;
  readonly why?: string;
  readonly dryRun?: boolean;
}

/** What is asked for; undefined parts are to be chosen. */
export interface Asked {
  /** undefined: the whole stack. */
  readonly system: string | undefined;
  readonly form: RollbackForm | undefined;
  /** Number of a release. */
  readonly to: string | undefined;
  /** A backup, or the one that fits. */
  readonly data: string | true | undefined;
  readonly cause: Cause | undefined;
}

/** @throws Problem with everything that is wrong with the command line */
export function readOptions(options: RollbackOptions, system: string | undefined, known: readonly string[], isTerminal: boolean): Asked {
  const problems: string[] = [];
  const { all, because, code, config, data, to } = options;
  if (system === undefined && all !== true) problems.push(`of which system? Give ${known.join(", ")}, or --all for the whole stack`);
  if (system !== undefined && !known.includes(system)) problems.push(`the stack has no system ${system}: use ${known.join(", ")}`);
  if (system !== undefined && all === true) problems.push(`--all is the whole stack: leave ${system} out, or --all`);
  if (config === true && code === true) problems.push("--config and --code together are a whole earlier release: use --to <release>");
  if (config === true && data !== undefined) problems.push("--config touches no data: give --data with --code or --to, or alone");
  if (all === true && (config === true || code === true || data !== undefined)) problems.push("--all brings back versions and settings of the whole stack: leave out --config, --code and --data");
  if (because !== undefined && !isCause(because)) problems.push(`--because is ${because}: use ${Object.keys(causes).join(", ")}`);
  if (because !== undefined && (config === true || code === true || data !== undefined || to !== undefined || all === true)) problems.push("--because chooses what is done: leave the other choices out");
  if (to !== undefined && !/^#?[1-9]\d{0,8}$/.test(to)) problems.push(`--to is ${to}: use the number of a release, as \`npx stackbook history\` shows it`);
  const chosen = because !== undefined || config === true || code === true || data !== undefined || to !== undefined || all === true;
  if (!chosen && !isTerminal) problems.push("nobody is there to choose: give --to <release>, --config, --code, --data [backup], --all or --because <cause>");
  if (problems.length > 0) throw new Problem("nothing was rolled back:", [...problems, "--help shows every option with examples"], usageExitCode);
  const cause = because !== undefined && isCause(because) ? causes[because] : undefined;
  const way = cause?.way;
  return {
    system,
    form: config === true || way === "config" ? "config" : code === true || way === "code" ? "code" : to !== undefined || all === true ? "release" : undefined,
    to,
    data: data ?? (way === "data" ? true : undefined),
    cause,
  };
}
