/**
 * Something the user can put right: printed as it is, without a stack trace.
 * Anything else that is thrown is a fault of ours and keeps its trace.
 */
export class Problem extends Error {
  /**
   * @param {string} what one sentence: what is wrong and where
   * @param {string | readonly string[]} [fix] what to do about it, one line each
   * @param {number} [exitCode]
   */
  constructor(what, fix = [], exitCode = 1) {
    super(what);
    this.name = "Problem";
    this.fix = typeof fix === "string" ? [fix] : [...fix];
    this.exitCode = exitCode;
  }

  /** The whole text as the user sees it. */
  text() {
    return [`error: ${this.message}`, ...this.fix.map((line) => `  ${line}`)].join("\n");
  }
}

/** What a room outside setup/ throws is for the user as well: its text, without the trace. */
export async function explain(what, work, fix = []) {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Problem) throw error;
    const lines = (error instanceof AggregateError ? error.errors : [error]).flatMap((one) => String(one?.message ?? one).split("\n"));
    throw Object.assign(new Problem(`${what}:`, [...new Set(lines), ...(typeof fix === "string" ? [fix] : fix)]), { cause: error });
  }
}
