import { readFileSync } from "node:fs";
import { join } from "node:path";
import { codeOf } from "../../common/log";
import { ProblemsError } from "../../common/problems";

/** Shorter ones would take innocent text out of the log; none of ours is. */
const shortestMasked = 6;

/** Files below `/etc/stackbook/secrets`; whatever was read from them is masked wherever it would be written. */
export class SecretFolder {
  private readonly seen = new Set<string>();

  constructor(private readonly folder: string) {}

  /** The content, without the line's end that an editor may have left. */
  readonly read = (file: string): string => {
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(file)) throw new ProblemsError("a secret's file", [`"${file}" is no name of a file in ${this.folder}`]);
    let text: string;
    try {
      text = readFileSync(join(this.folder, file), "utf8").replace(/\r?\n$/, "");
    } catch (error) {
      throw new ProblemsError(join(this.folder, file), [`it can't be read (${codeOf(error) || "no code"}); run pulumi up, which writes it`]);
    }
    if (text === "") throw new ProblemsError(join(this.folder, file), ["it is empty; run pulumi up, which writes it"]);
    this.remember(text);
    return text;
  };

  /** Each value of JSON besides: a client may quote one of them. */
  remember(text: string): void {
    const values = [text, JSON.stringify(text).slice(1, -1), encodeURIComponent(text)];
    try {
      const parsed: unknown = JSON.parse(text);
      if (typeof parsed === "object" && parsed !== null) values.push(...Object.values(parsed).filter((value) => typeof value === "string"));
    } catch {
      // Most are no JSON.
    }
    for (const value of values) if (value.length >= shortestMasked) this.seen.add(value);
  }

  readonly mask = (text: string): string => [...this.seen].reduce((masked, secret) => masked.replaceAll(secret, "***"), text);
}
