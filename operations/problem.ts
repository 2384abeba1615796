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

/** As sysexits.h has it: the command line itself is wrong. */
export const usageExitCode = 64;
/** A fault of ours, shown with its trace. */
export const faultExitCode = 70;
