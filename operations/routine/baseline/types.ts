import type { SystemId } from "../../../systems";

/** What one kind of request takes: at the edge by service and method, inside an application by route. */
export interface OperationFigures {
  readonly system: SystemId;
  /** `backend GET`, `GET /api/suites` */
  readonly operation: string;
  readonly at: "edge" | "application";
  readonly requests: number;
  readonly perSecond: number;
  /** Seconds. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** sms.md's table besides: of a system as a whole, and of the host. */
export interface SystemFigures {
  readonly system: SystemId;
  readonly requests: number;
  readonly perSecond: number;
  /** Seconds; absent: nobody asked anything. */
  readonly p95?: number;
  readonly p99?: number;
  /** Answers with 5xx, of 1. */
  readonly errors?: number;
}

export interface Baseline {
  readonly kind: "baseline";
  readonly format: 1;
  readonly stack: string;
  readonly at: string;
  readonly by: string;
  /** That were measured. */
  readonly hours: number;
  readonly versions: Readonly<Record<string, string>>;
  readonly systems: readonly SystemFigures[];
  readonly operations: readonly OperationFigures[];
  /** Of 1, each on average. */
  readonly host: { readonly cpu?: number; readonly memory?: number; readonly disk?: number };
}

export interface Comparison {
  readonly system: SystemId;
  readonly what: string;
  readonly figure: "p50" | "p95" | "p99" | "perSecond" | "errors";
  readonly was: number;
  readonly is: number;
  /** is / was */
  readonly times: number;
  readonly tolerated: number;
  readonly verdict: "better" | "same" | "worse" | "too few";
}
