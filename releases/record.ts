import { createHash } from "node:crypto";
import type { ServiceName, SystemId } from "../systems";

/** What an update made of a stack: the words that program and operations share. Plain; nothing secret is in it. */
export interface ReleaseRecord extends ReleaseFacts {
  /** 1, 2, 3, ...: of the updates that went through to their end and changed something. What `rollback --to` names. */
  readonly number: number;
}

export interface ReleaseFacts {
  /** `stackbook:sequence` of its stack file. 0: nothing but plain `pulumi up` so far. */
  readonly sequence: number;
  /** When its last step ran, ISO 8601. */
  readonly at: string;
  readonly operation: Operation;
  /** Of the program's repository; absent: it is in none. */
  readonly commit?: string;
  /** The program was not as the commit has it; stack files don't count, as `config` has theirs. */
  readonly dirty?: boolean;
  /** SHA-256 of `config`, see `configHash`. */
  readonly configHash: string;
  /** The stack file's plain values by full key, maps and lists as JSON. */
  readonly config: Readonly<Record<string, string>>;
  readonly systems: Readonly<Partial<Record<SystemId, ReleasedSystem>>>;
  readonly tools: Readonly<Record<string, string>>;
}

export interface ReleasedSystem {
  readonly version: string;
  readonly slot: "a" | "b";
  /** Image IDs, or references with a digest. */
  readonly images: Readonly<Record<ServiceName, string>>;
  /** In the other slot; its backup is the one that was taken before it came. */
  readonly beside?: { readonly version: string; readonly percent: number; readonly images: Readonly<Record<ServiceName, string>>; readonly backup?: string };
  readonly migration?: { readonly command: readonly string[]; readonly irreversible: boolean };
  /** Name of the backup that was taken before it; absent: none was needed, or nothing is backed up. */
  readonly backup?: string;
}

/** Who did what, and why. */
export interface Operation {
  /** `deploy`, `rollback`; `pulumi up` where no command of ours asked for the update. */
  readonly command: string;
  /** For people: `deploy motel 2.0.0`. */
  readonly what: string;
  /** user@host */
  readonly who: string;
  readonly why?: string;
}

/** In which a command tells the program of its operation, as JSON. */
export const operationVariable = "STACKBOOK_OPERATION";

/** The stack outputs `release` and `releases`. */
export interface ReleaseOutputs {
  readonly release?: ReleaseRecord;
  /** Those before it, newest first. */
  readonly releases?: readonly ReleaseRecord[];
}

/** What of the repository an update never reads; all else is the program. Names at its top, `*` as the shell has it. */
export const notProgram = ["Pulumi.*.yaml", "docs", "test", "bench", "operations", "setup", "routines", "README.md", ".ci", ".gitignore", "eslint.config.mjs"] as const;

/** How many come before the current one; older ones are only in Pulumi's own history. */
export const keptReleases = 30;

/** Keys of a stack file that number updates or steer them; what runs does not depend on them. */
const bookkeeping = new Set(["stackbook:sequence"]);

/** The same for the same settings, whatever the order of their keys and the form of their numbers. */
export function configHash(config: Readonly<Record<string, unknown>>): string {
  const kept = Object.fromEntries(Object.entries(config).filter(([key]) => !bookkeeping.has(key)));
  return createHash("sha256").update(canonical(kept)).digest("hex");
}

/** Pulumi hands a program every value as text, maps and lists as JSON; a stack file has them as YAML. */
function canonical(value: unknown): string {
  const plain = decoded(value);
  if (Array.isArray(plain)) return `[${plain.map(canonical).join(",")}]`;
  if (typeof plain === "object" && plain !== null) {
    return `{${Object.entries(plain).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join(",")}}`;
  }
  return JSON.stringify(String(plain));
}

function decoded(value: unknown): unknown {
  if (typeof value !== "string" || !/^[[{]/.test(value)) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}
