import type { ServiceName, SystemId } from "../../systems";
import type { AlertRow } from "../types";
import type { CloudWatchInput, LogFilter, Query, SystemPlaces } from "./types";

/** How a row's value is to be had from CloudWatch. */
export interface Judged<Name> {
  /** Service, or whatever else tells alarms of one row apart. */
  readonly part?: string;
  readonly queries: readonly Query<Name>[];
  readonly periodSeconds: number;
  /** What no figure at all means. */
  readonly missing: "breaching" | "notBreaching";
  readonly filters?: readonly LogFilter<Name>[];
}

/** Or why it isn't. */
export interface Reason {
  readonly why: string;
}

export type Judgement<Name> = readonly Judged<Name>[] | Reason;

export const because = (why: string): Reason => ({ why });

export function isReason<Name>(judgement: Judgement<Name>): judgement is Reason {
  return "why" in judgement;
}

export interface Asked<Name> {
  readonly row: AlertRow;
  readonly input: CloudWatchInput<Name>;
  /** Of the row's system; undefined for the stack's own rows. */
  readonly own: SystemPlaces<Name> | undefined;
}

export const servicesOf = <Name>({ own }: Asked<Name>, only?: ServiceName): ServiceName[] =>
  (["backend", "frontend"] as const).filter((name) => own?.services[name] !== undefined && (only === undefined || only === name));

/** Whatever several alarms of one stack count from logs. */
export const namespaceOf = (stack: string): string => `Stackbook/${stack}`;

/** `/stackbook/prod/motel/backend`; what serves all systems is the `stack`'s. */
export function logGroupName(stack: string, system: SystemId | "stack", service: string): string {
  return `/stackbook/${stack}/${system}/${service}`;
}
