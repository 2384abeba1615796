import type { SystemId } from "../../systems";
import type { AlertsConfig } from "./types";

/** What routing knows of a stack. */
export interface RoutingInput {
  readonly stack: string;
  /** IANA. */
  readonly timeZone: string;
  readonly alerts: AlertsConfig;
  /** Those that run, in the catalogue's order. */
  readonly systems: readonly { readonly id: SystemId; readonly title: string }[];
}
