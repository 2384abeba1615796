export type Level = "info" | "warn" | "error";
export type Fields = Readonly<Record<string, unknown>>;
export type Log = Readonly<Record<Level, (message: string, fields?: Fields) => void>>;

/** JSON lines on standard output, as every program of a stack writes them; `mask` takes out what is secret. */
export function createLog(mask: (text: string) => string = (text) => text, write: (line: string) => void = (line) => void process.stdout.write(line)): Log {
  const at = (level: Level) => (message: string, fields: Fields = {}): void =>
    write(`${mask(JSON.stringify({ time: new Date().toISOString(), level, message, service: "backup", ...fields }))}\n`);
  return { info: at("info"), warn: at("warn"), error: at("error") };
}

/** A refused connection to several addresses is an error without a message, only with a code. */
export function describeError(error: unknown): string {
  return error instanceof Error ? error.message || codeOf(error) || error.name : String(error);
}

export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}

/** "12.3 MB", as storage is sold. */
export function sizeOf(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit] ?? ""}`;
}
