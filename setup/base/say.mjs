/**
 * What the user sees. Plain lines everywhere; on a terminal one line at the bottom besides, that tells
 * what is being waited for, rewritten in place.
 */
export class Say {
  #out;
  #status = "";
  #started = Date.now();

  /** @param {{ write(text: string): unknown, isTTY?: boolean, columns?: number }} out */
  constructor(out = process.stdout) {
    this.#out = out;
  }

  get isTerminal() {
    return this.#out.isTTY === true;
  }

  /** Seconds since the command began. */
  seconds() {
    return (Date.now() - this.#started) / 1000;
  }

  line(text = "") {
    this.#clear();
    this.#out.write(`${text}\n`);
    this.#draw();
  }

  /** Replaces the line at the bottom; "" takes it away. Without a terminal nothing is shown. */
  status(text) {
    if (!this.isTerminal) return;
    this.#clear();
    this.#status = text.slice(0, Math.max(20, (this.#out.columns || 80) - 1));
    this.#draw();
  }

  #clear() {
    if (this.isTerminal && this.#status !== "") this.#out.write("\r\x1b[2K");
  }

  #draw() {
    if (this.isTerminal && this.#status !== "") this.#out.write(this.#status);
  }
}

/** 4.2 s, 75 s, 3 min 20 s */
export function duration(seconds) {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 119.5) return `${Math.round(seconds)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** Columns as wide as their widest cell. */
export function table(rows) {
  const widths = [];
  for (const row of rows) row.forEach((cell, at) => (widths[at] = Math.max(widths[at] ?? 0, cell.length)));
  return rows.map((row) => row.map((cell, at) => (at === row.length - 1 ? cell : cell.padEnd(widths[at]))).join("  ").trimEnd());
}
