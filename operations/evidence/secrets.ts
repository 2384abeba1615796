import { maskLine, masked } from "../../config/masking";
import { carriesSecret, looksLikeSecret } from "../../config/secrets";

/** Variables whose value may be shown: what images set themselves, and what the catalogue knows as plain. */
const plainNames = /^(?:PATH|HOME|LANG|LC_\w+|TZ|HOSTNAME|PORT|NODE_ENV|NODE_VERSION|VERSION|PGDATA|PG_(?:MAJOR|VERSION)|POSTGRES_(?:USER|DB|INITDB_ARGS)|MONGO_INITDB_(?:DATABASE|ROOT_USERNAME)|REDIS_(?:VERSION|ADDR)|REFERENCE_\w+|BACKUP_ROLE|GOMEMLIMIT|CORS_ORIGIN\w*|NEXT_PUBLIC_\w+|VITE_\w+|\w+_(?:VERSION|MAJOR|SHA256))$/;

/** Shorter ones would be found in the middle of words. */
const leastCharacters = 6;
/** From here on a value that isn't known as plain is looked for elsewhere too, whatever its name. */
const longCharacters = 16;

export interface Environment {
  /** NAME=value, with the value taken out wherever it may be a secret. */
  readonly shown: readonly string[];
  /** Values that were taken out, and are to be taken out of everything else: `true` would be nowhere to be read. */
  readonly hidden: readonly string[];
}

/** What isn't known as plain is taken for a secret: an operator's own settings may have any name. */
export function hideEnvironment(lines: readonly string[]): Environment {
  const hidden: string[] = [];
  const shown = lines.map((line) => {
    const [, name = line, value = ""] = /^([^=]*)=(.*)$/s.exec(line) ?? [];
    if (plainNames.test(name) || value === "") return line;
    if (looksLikeSecret(name) || carriesSecret(value) || value.length >= longCharacters) hidden.push(value);
    return `${name}=[not shown, ${value.length} characters]`;
  });
  return { shown, hidden };
}

/** Takes values out of a text wherever they stand, in the ways they are written; then whatever looks like a secret. */
export class Veil {
  private readonly values: readonly string[];

  constructor(hidden: readonly string[]) {
    const parts = hidden.flatMap((value) => [value, ...(/:\/\/[^\s/@:]*:([^\s/@]+)@/.exec(value)?.slice(1) ?? [])]);
    const forms = parts.flatMap((value) => [value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1), Buffer.from(value).toString("base64")]);
    // The longest first: one may be the beginning of another.
    this.values = [...new Set(forms)].filter((value) => value.length >= leastCharacters && !/^\d{1,8}$/.test(value)).sort((a, b) => b.length - a.length);
  }

  over(line: string): string {
    return maskLine(this.known(line));
  }

  /** Known values alone: what a machine reads stays readable. */
  known(line: string): string {
    return this.values.reduce((text, value) => text.replaceAll(value, masked), line);
  }
}
