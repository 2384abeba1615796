/** A value both PostgreSQL and MongoDB keep as it is. */
export type Value = string | number | boolean | null | Date | { readonly [key: string]: Value };
export type Row = Readonly<Record<string, Value>>;
export type StoredRow = Row & { readonly id: string };

export type ColumnType = "text" | "integer" | "boolean" | "timestamp" | "json";

export interface ColumnSpec {
  readonly type: ColumnType;
  readonly required?: boolean;
  readonly default?: string | number | boolean;
  /** Only these texts are taken. */
  readonly oneOf?: readonly string[];
  /** Set by the program, never taken from a request. */
  readonly internal?: boolean;
  /** Never answered. */
  readonly hidden?: boolean;
  /** Holds the hash of this request field: `password`. */
  readonly hashOf?: string;
}

/** A table of PostgreSQL or a collection of MongoDB. `id`, `createdAt` and `updatedAt` go without saying. */
export interface TableSpec {
  readonly name: string;
  readonly columns: Readonly<Record<string, ColumnSpec>>;
  /** Whom the `/api/<name>` routes serve. */
  readonly access: { readonly read: "anyone" | "user" | "admin"; readonly write: "user" | "admin" | "nobody" };
  /** A deleted row stays, with `isDeleted` set (FETMS never really deletes). */
  readonly softDelete?: boolean;
}

export type MigrationStep =
  | { readonly kind: "table"; readonly table: TableSpec }
  | { readonly kind: "index"; readonly table: string; readonly columns: readonly string[]; readonly unique: boolean };

/** Applied once, in order; every step is idempotent, so that a migration cut short runs again from its start. */
export interface Migration {
  readonly id: string;
  readonly steps: readonly MigrationStep[];
}

export interface Page {
  readonly limit: number;
  readonly offset: number;
}

/** Everything the app asks of a database; table and column names come from the code, never from a request. */
export interface Database {
  readonly engine: "postgres" | "mongodb";
  /** One round trip; throws when the database cannot be reached within two seconds. */
  ping(): Promise<void>;
  list(table: TableSpec, where: Row, page: Page): Promise<readonly StoredRow[]>;
  find(table: TableSpec, where: Row): Promise<StoredRow | undefined>;
  insert(table: TableSpec, row: Row): Promise<StoredRow>;
  update(table: TableSpec, id: string, change: Row): Promise<StoredRow | undefined>;
  remove(table: TableSpec, id: string): Promise<boolean>;
  count(table: TableSpec, where: Row): Promise<number>;
  /** Rows whose `column` lies after the moment. */
  countSince(table: TableSpec, column: string, moment: Date): Promise<number>;
  /** Runs `work` while nobody else holds the migration lock; waits for it at most `waitSeconds`. */
  withMigrationLock<T>(waitSeconds: number, work: () => Promise<T>): Promise<T>;
  appliedMigrations(): Promise<ReadonlySet<string>>;
  applyMigration(migration: Migration): Promise<void>;
  close(): Promise<void>;
}

/** A row with this key exists already. */
export class ConflictError extends Error {
  override readonly name = "ConflictError";
}

/** The database (or cache) did not answer; trying again later may help. */
export class UnavailableError extends Error {
  override readonly name = "UnavailableError";
}
