import type { ServiceName } from "../systems";
import type { Job } from "./metrics";

/**
 * What an alert looks at, without a query language: `prometheus/` makes PromQL of it. Metrics are those of the inventory
 * (metrics/), by name. Values come by service where the metric has it, unless a measure says otherwise.
 */
export type Measure =
  | ResponseTime
  | ErrorShare
  | Throughput
  | AgainstLastWeek
  | Gauge
  | Increase
  | PerMinute
  | Share
  | Age
  | TimeLeft
  | Targets
  | ReadyReplicas
  | ContainerUse
  | Restarts
  | HostUse
  | DiskForecast
  | FamiliesMissing
  | LogSilent
  | BurnRate
  | StillOpen
  | AlwaysOn;

export type MeasureKind = Measure["kind"];

/** Of requests, measured at the edge: from the first byte of a request to the last of its answer. Milliseconds. */
export interface ResponseTime {
  readonly kind: "responseTime";
  readonly of: "mean" | "p95" | "p99";
  /** Absent: each service. */
  readonly service?: ServiceName;
  /** Absent: all. */
  readonly methods?: readonly ("GET" | "POST" | "PUT")[];
}

/** Answers of a class, of all answers of a service, at the edge. Percent. */
export interface ErrorShare {
  readonly kind: "errorShare";
  readonly statusClass: "4xx" | "5xx";
  readonly windowMinutes: number;
}

/** Requests a second of the whole system. */
export interface Throughput {
  readonly kind: "throughput";
}

/** The last hour against the same hour a week ago, of the whole system. Times. */
export interface AgainstLastWeek {
  readonly kind: "againstLastWeek";
  readonly of: "requests" | "bytes";
  /** Which of the two hours must have had the minimum traffic: the one that is expected to be larger. */
  readonly larger: "now" | "lastWeek";
}

/** A metric's value, in its unit; a bool is below 1 when it is false. */
export interface Gauge {
  readonly kind: "gauge";
  readonly metric: string;
  readonly across: "max" | "min" | "sum";
  readonly labels?: Labels;
  /** Labels besides system and service that tell series apart. */
  readonly by?: readonly string[];
}

/** How much a counter grew. Count. */
export interface Increase {
  readonly kind: "increase";
  readonly metric: string;
  readonly windowMinutes: number;
  readonly labels?: Labels;
  readonly by?: readonly string[];
  /** The series appears with the first event, as 1: that is an increase too. */
  readonly bornWithFirst?: true;
}

export interface PerMinute {
  readonly kind: "perMinute";
  readonly metric: string;
  readonly windowMinutes: number;
  readonly labels?: Labels;
}

/** A part of a whole. Percent. Of counters: of what came in within the window. */
export interface Share {
  readonly kind: "share";
  readonly part: Term;
  /** Their sum. */
  readonly whole: readonly Term[];
  readonly windowMinutes?: number;
  /** Labels besides system and service that tell series apart. */
  readonly by?: readonly string[];
}

export interface Term {
  readonly metric: string;
  readonly labels?: Labels;
}

/** Time since a moment that a metric tells. Hours. */
export interface Age {
  readonly kind: "age";
  readonly metric: string;
}

/** Time until a moment that a metric tells, the nearest of all. Days. */
export interface TimeLeft {
  readonly kind: "timeLeft";
  readonly metric: string;
}

/** Targets of a job that Prometheus can read; of the stack's own jobs 1 when it can read all of them. When nothing is known of any, it is 0. Count. */
export interface Targets {
  readonly kind: "targets";
  readonly job: Job;
  /** Where targets of a job are several services. */
  readonly service?: string;
}

/** Replicas that the edge sends requests to. Count. */
export interface ReadyReplicas {
  readonly kind: "readyReplicas";
  readonly service: ServiceName;
}

/** Each container's use of its own limit. Percent. */
export interface ContainerUse {
  readonly kind: "containerUse";
  readonly of: "cpu" | "memory";
}

/** Each container's starts within the window, but the first. Count. */
export interface Restarts {
  readonly kind: "restarts";
  readonly windowMinutes: number;
}

/** Of the host; disk and files by file system. Percent used. */
export interface HostUse {
  readonly kind: "hostUse";
  readonly of: "cpu" | "memory" | "disk" | "files";
}

/** Days until a file system is full, if it fills as it did in the last hours; only of those that are filled to some part already. */
export interface DiskForecast {
  readonly kind: "diskForecast";
  readonly fromHours: number;
  readonly fromUsedPercent: number;
}

/** How many of a system's own families its backend, which is read, does not export. Count. */
export interface FamiliesMissing {
  readonly kind: "familiesMissing";
  readonly families: readonly string[];
}

/** The edge answers, and the reader of its log counts nothing: share of the edge's requests that were read. Percent. */
export interface LogSilent {
  readonly kind: "logSilent";
  readonly windowMinutes: number;
}

/** How many times faster than allowed an objective's error budget is used up, over both windows (slos.ts). Times. */
export interface BurnRate {
  readonly kind: "burnRate";
  readonly objective: string;
  readonly longMinutes: number;
  readonly shortMinutes: number;
}

/** Alerts that are on, to be seen to last: those of a level, or one of the system's by its id. Count. */
export interface StillOpen {
  readonly kind: "stillOpen";
  readonly level: string;
  readonly alert?: string;
}

/** The dead man's switch. Count. */
export interface AlwaysOn {
  readonly kind: "alwaysOn";
}

export type Labels = Readonly<Record<string, string>>;
