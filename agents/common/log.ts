export type Level = "info" | "warn" | "error";
export type Fields = Readonly<Record<string, unknown>>;
export type Log = Readonly<Record<Level, (message: string, fields?: Fields) => void>>;

/**
 * JSON lines on standard output, as every program of a stack writes them.
 * @param service who says it: `status`, `backup`
 * @param mask takes out of a line what is secret
 */
export function createLog(
  service: string,
  { mask = (text) => text, write = (line) => void process.stdout.write(line) }: { readonly mask?: (text: string) => string; readonly write?: (line: string) => void } = {},
): Log {
  const at = (level: Level) => (message: string, fields: Fields = {}): void =>
    write(`${mask(JSON.stringify({ time: new Date().toISOString(), level, message, service, ...fields }))}\n`);
  return { info: at("info"), warn: at("warn"), error: at("error") };
}

/** A refused connection to several addresses is an error without a message, only with a code. */
export function describeError(error: unknown): string {
  return error instanceof Error ? error.message || codeOf(error) || error.name : String(error);
}

/** `ENOENT`; empty: it has none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}
