import type { Readable } from "node:stream";
import type { Manifest, PartName, TableFact } from "../../../../backups/manifest";
import type { RestoreRequest } from "../../../../backups/protocol";
import type { DrillCheck } from "../../../../backups/settings";

/** Something that can be dumped: the database, Redis, uploads. */
export interface Source {
  readonly part: PartName;
  /** Versions of server and tools, for the manifest: `{"postgres": "16.14", "pg_dump": "16.14"}`. */
  versions(): Promise<Readonly<Record<string, string>>>;
  /** True: there is nothing in it yet. */
  empty(): Promise<boolean>;
  /** Begins a dump of one consistent moment; nothing of it is ever held as a whole. */
  dump(signal: AbortSignal): Promise<Dump>;
}

export interface Dump {
  /** Ends with an error, never early, when the server went away in the middle, the tool failed, or `signal` was aborted. */
  readonly stream: Readable;
  /** Settles once the stream has ended and server-side work is over; rejects whenever the stream fails. */
  readonly facts: Promise<readonly TableFact[]>;
}

/** Where a part is brought back to. Every call may be repeated: after a cut, the same id goes on. */
export interface Target {
  readonly part: PartName;
  /** Refuses (RefusedError) before anything is touched: newer server version in the manifest, unknown tables, no space. */
  check(manifest: Manifest, request: RestoreRequest): Promise<{ readonly replaces: readonly { readonly name: string; readonly rows: number }[] }>;
  /** Loads beside the live data; nothing live is touched. What an earlier, cut off run of this id left is thrown away first. */
  prepare(plain: Readable, manifest: Manifest, request: RestoreRequest, signal: AbortSignal): Promise<void>;
  /**
   * What was prepared, counted and summed as in the manifest: with `tables`, only those. Before `swap` what lies
   * beside, after it what is live.
   */
  facts(request: RestoreRequest): Promise<readonly TableFact[]>;
  /** By name, at once where the server can; the old data is kept aside until `clean`. */
  swap(request: RestoreRequest): Promise<void>;
  /** Puts the old data back by name; nothing to do if it was not swapped. */
  revert(request: RestoreRequest): Promise<void>;
  /** Drops what was kept aside, and what was prepared and not swapped. */
  clean(request: RestoreRequest): Promise<void>;
}

/** A throwaway server inside this container that nobody else can reach: of a drill, or on a machine that holds the private key. */
export interface Throwaway {
  /** Loads every part of the manifest that has a server or a place (database, redis, uploads) and counts it as the manifest does. */
  load(manifest: Manifest, open: (part: PartName) => Promise<Readable>, signal: AbortSignal): Promise<Readonly<Partial<Record<PartName, readonly TableFact[]>>>>;
  /** The answer as text: the one value of an SQL question, or how many documents match. Read only. */
  ask(check: DrillCheck): Promise<string>;
  /** Stops the server and wipes its files; also after a failed load. */
  stop(): Promise<void>;
}

/** File name below `/etc/stackbook/secrets` to its content. */
export type Secrets = (file: string) => string;

/** Something a person has to put right; nothing was changed. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";
  constructor(message: string, readonly problems: readonly string[] = []) {
    super([message, ...problems.map((problem) => `  - ${problem}`)].join("\n"));
  }
}

/** The names that differ, and how; empty: it is the same data. One function for verify, drill and restore. */
export function differences(expected: readonly TableFact[], found: readonly TableFact[]): { readonly name: string; readonly problem: string }[] {
  const byName = new Map(found.map((fact) => [fact.name, fact]));
  const wanted = new Set(expected.map(({ name }) => name));
  return [
    ...expected.flatMap(({ name, rows, checksum }) => {
      const fact = byName.get(name);
      if (fact === undefined) return [{ name, problem: "is missing" }];
      if (fact.rows !== rows) return [{ name, problem: `has ${fact.rows} rows, expected ${rows}` }];
      return fact.checksum === checksum ? [] : [{ name, problem: `has the ${rows} rows it should, but not their content` }];
    }),
    ...found.filter(({ name }) => !wanted.has(name)).map(({ name }) => ({ name, problem: "is not in the manifest" })),
  ];
}
