/** A dashboard as plain data. `render.ts` turns it into Grafana's JSON; nothing else here knows Grafana's SDK. */

export type Datasource = "prometheus" | "loki";

/** What a panel's numbers are; `render.ts` has Grafana's names for them. */
export type Unit = "seconds" | "bytes" | "bytesPerSecond" | "ratio" | "requestsPerSecond" | "perSecond" | "perMinute" | "count" | "cores" | "bool" | "times" | "age" | "log";

export interface Query {
  readonly expr: string;
  /** Name of the series, with labels in braces: `{{service}}`. In a table: the column. */
  readonly legend: string;
  /** What this query's numbers are, where a panel shows several kinds. @default the panel's */
  readonly unit?: Unit;
  /** Why this query alone may rightly return nothing. */
  readonly mayBeEmpty?: string;
}

/** A threshold of the catalogue, in the panel's unit. */
export interface Line {
  readonly value: number;
  readonly severity: "page" | "ticket" | "digest";
  /** True when what is below the line is wrong. @default false */
  readonly below?: boolean;
}

export type Link =
  | { readonly title: string; readonly board: string; readonly variables?: Readonly<Record<string, string>> }
  | { readonly title: string; readonly url: string };

export interface Panel {
  readonly title: string;
  /** What it shows and what to make of it, in words. */
  readonly says: string;
  /** `lines`: over time; `stat`: the newest figure, large; `table`: the newest figures, a row for each set of labels; `logs`: lines of text. */
  readonly kind: "lines" | "stat" | "table" | "logs";
  readonly unit: Unit;
  readonly queries: readonly Query[];
  /** @default prometheus */
  readonly datasource?: Datasource;
  /** Drawn where they are. */
  readonly lines?: readonly Line[];
  /** Lays the series on top of each other. @default false */
  readonly stacked?: boolean;
  /** Of 24. @default 8 */
  readonly width?: number;
  /** @default 8; a stat: 4 */
  readonly height?: number;
  readonly max?: number;
  /** Words for values: `{ 0: "down", 1: "up" }`. */
  readonly words?: Readonly<Record<number, string>>;
  /** A stat that shows the series' name in place of its value: a version. @default false */
  readonly showsName?: boolean;
  /** Where a click on a figure leads. */
  readonly links?: readonly Link[];
  /** Shown when there is nothing to show. @default "No data" */
  readonly nothing?: string;
  /** Why its queries may rightly return nothing on a healthy stack. */
  readonly mayBeEmpty?: string;
}

export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

export type Variable =
  /** One of a list, or all of them. */
  | { readonly kind: "choice"; readonly name: string; readonly label: string; readonly values: readonly string[]; readonly all: typeof anyValue | typeof someValue }
  | { readonly kind: "text"; readonly name: string; readonly label: string; readonly says: string };

/** Every series, those without the label too. */
export const anyValue = ".*";
/** Every series that has the label: Loki refuses to look at everything. */
export const someValue = ".+";

/** Marks on the time axis of every panel. */
export interface Annotation {
  readonly name: string;
  readonly expr: string;
  readonly title: string;
  readonly text: string;
  readonly color: "blue" | "red" | "orange";
  /** The series' value is the time of the mark, ms since 1970. @default false: there is a mark wherever the series has a point */
  readonly valueIsTime?: boolean;
  readonly mayBeEmpty?: string;
}

export interface Board {
  /** Stable, 40 characters at most: it is in every link and bookmark. */
  readonly uid: string;
  readonly title: string;
  readonly says: string;
  readonly tags: readonly string[];
  /** Folder below `dashboards/`, one for each provider, and the folder's name in Grafana. */
  readonly folder: { readonly path: string; readonly title: string };
  readonly file: string;
  readonly rows: readonly Row[];
  readonly variables?: readonly Variable[];
  readonly annotations?: readonly Annotation[];
  /** Shown at the top. */
  readonly links: readonly Link[];
}
