/** Something that a database does for somebody right now. */
export interface Query {
  /** Of PostgreSQL a process id, of MongoDB an operation's. */
  readonly pid: string;
  readonly user: string;
  readonly database: string;
  /** Where it comes from. */
  readonly client: string;
  /** PostgreSQL: active, idle in transaction, ... */
  readonly state: string;
  readonly seconds: number;
  /** Pids of those whom it waits for. */
  readonly waitsFor: readonly string[];
  /** Cut after 500 characters. */
  readonly text: string;
}

/** How an end was made of it. */
export type Ending =
  | "cancelled"
  /** It did not take the first word: its connection was closed. */
  | "terminated"
  /** There is no such query; it has ended by itself, or never was. */
  | "gone";
