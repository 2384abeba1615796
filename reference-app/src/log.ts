export type Level = "debug" | "info" | "warn" | "error";
export type Fields = Readonly<Record<string, unknown>>;
export type Log = Readonly<Record<Level, (message: string, fields?: Fields) => void>>;

const order: readonly Level[] = ["debug", "info", "warn", "error"];

/** JSON lines on standard output. Callers choose the fields; bodies, tokens and passwords are never among them. */
export function createLog(
  fixed: Fields,
  minimum: Level = "info",
  write: (line: string) => void = (line) => void process.stdout.write(line),
): Log {
  const at = (level: Level) => (message: string, fields: Fields = {}): void => {
    if (order.indexOf(level) < order.indexOf(minimum)) return;
    write(`${JSON.stringify({ time: new Date().toISOString(), level, message, ...fixed, ...fields })}\n`);
  };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/** What a log may say of an error: connection addresses can carry passwords, so they are blanked. */
export function describeError(error: unknown): string {
  const text = error instanceof Error ? error.message || codeOf(error) : String(error);
  return text.replace(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s@/]*@/gi, "$1***@");
}

/** A refused connection to several addresses is an AggregateError without a message, only a code. */
function codeOf(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}
