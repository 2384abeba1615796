export type Level = "info" | "warn" | "error";
export type Fields = Readonly<Record<string, unknown>>;
export type Log = Readonly<Record<Level, (message: string, fields?: Fields) => void>>;

/** JSON lines on standard output, as every program of a stack writes them. */
export function createLog(write: (line: string) => void = (line) => void process.stdout.write(line)): Log {
  const at = (level: Level) => (message: string, fields: Fields = {}): void =>
    write(`${JSON.stringify({ time: new Date().toISOString(), level, message, service: "status", ...fields })}\n`);
  return { info: at("info"), warn: at("warn"), error: at("error") };
}

/** A refused connection to several addresses is an error without a message, only with a code. */
export function describeError(error: unknown): string {
  return error instanceof Error ? error.message || codeOf(error) : String(error);
}

function codeOf(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}
