import type { SystemId } from "../../systems";
import type { AlertsConfig, ClosedTime } from "./types";

/** What routing knows of a stack. */
export interface RoutingInput {
  readonly stack: string;
  /** IANA. */
  readonly timeZone: string;
  readonly alerts: AlertsConfig;
  readonly closed: readonly ClosedTime[];
  /** Those that run, in the catalogue's order. */
  readonly systems: readonly { readonly id: SystemId; readonly title: string }[];
}
