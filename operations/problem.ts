/** Something the user can put right: shown without a stack trace, with what to do about it. */
export class Problem extends Error {
  override readonly name = "Problem";
  constructor(
    /** One sentence: what is wrong, and where. */
    what: string,
    /** What to do, one line each. */
    readonly remedy: readonly string[] = [],
    readonly exitCode = 1,
  ) {
    super(what);
  }

  text(): string {
    return [`error: ${this.message}`, ...this.remedy.map((line) => `  ${line}`)].join("\n");
  }
}

/** What a command's end means to a script. */
export const exitCodes = {
  done: 0,
  /** It failed, or what it looked at is bad; a fault of ours too, shown with its trace. */
  failed: 1,
  /** The command line itself is wrong. */
  usage: 2,
  /** What it began was taken back: the stack is as it was. */
  rolledBack: 3,
  /** Somebody else is at work on the stack. */
  locked: 4,
  /** Not confirmed, or Ctrl-C. */
  interrupted: 130,
} as const;

export const usageExitCode = exitCodes.usage;
export const faultExitCode = exitCodes.failed;
