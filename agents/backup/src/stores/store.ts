import type { Readable } from "node:stream";

export interface StoredObject {
  readonly key: string;
  readonly bytes: number;
  readonly modified: Date;
}

export interface Space {
  readonly freeBytes: number;
  readonly sizeBytes: number;
}

/** A place for backups. Keys are relative, with slashes: `motel/daily/2026-11-21T020000Z/manifest.json`. */
export interface Store {
  readonly name: string;
  /** Retention is applied by the agent; false: the place does it itself. */
  readonly retains: boolean;
  /** Where two agents that share the store keep apart by a lock on a file; undefined: conditional writes do. */
  readonly lockFile?: ((system: string) => string) | undefined;
  /** Whole or not at all, and never over what is there (ExistsError). */
  put(key: string, content: Readable, signal?: AbortSignal): Promise<void>;
  /** MissingError if there is none. */
  get(key: string, signal?: AbortSignal): Promise<Readable>;
  /** Everything whose key begins so, sorted by key. */
  list(prefix: string): Promise<readonly StoredObject[]>;
  /** Within the store; never over what is there. */
  copy(from: string, to: string): Promise<void>;
  /** Nothing to do if there is none. */
  remove(key: string): Promise<void>;
  /** Undefined: the store knows no bounds. */
  space(): Promise<Space | undefined>;
  /** Ends what writers that were killed have begun before that moment. */
  sweep(system: string, before: Date): Promise<void>;
}

/** What went wrong with which store. */
export class StoreError extends Error {
  override readonly name: string = "StoreError";
  constructor(readonly store: string, message: string, cause?: unknown) {
    super(`store ${store}: ${message}`, { cause });
  }
}

export class ExistsError extends StoreError {
  override readonly name = "ExistsError";
  constructor(store: string, readonly key: string) {
    super(store, `${key} is there already, and nothing is ever overwritten`);
  }
}

export class MissingError extends StoreError {
  override readonly name = "MissingError";
  constructor(store: string, readonly key: string) {
    super(store, `${key} is missing`);
  }
}
