import type { ExpectedLoad, SystemId } from "../../systems";

/** Who is told, and when: a stack's `alerts`, checked and complete. */
export interface AlertsConfig {
  readonly channels: readonly Channel[];
  /** Names of channels. Of `digest`: who gets the daily report; its alerts are not sent one by one. */
  readonly routes: Readonly<Record<RoutedSeverity, readonly string[]>>;
  /** In place of `routes`, for the alerts of one system. */
  readonly systemRoutes: Readonly<Partial<Record<SystemId, Readonly<Partial<Record<SentSeverity, readonly string[]>>>>>>;
  /** Names of channels that hear of deploys, rollbacks, drills and incidents. */
  readonly notices: readonly string[];
  /** Who is told besides `routes.page` once a ticket of the second rank has been open for so long. */
  readonly escalation: { readonly afterMinutes: number; readonly channels: readonly string[] };
  readonly digest: { /** In the stack's time zone, "08:00". */ readonly at: string };
  /** A web hook's address that is called every minute, for somebody outside to miss. */
  readonly deadMansSwitch?: SecretName;
  readonly maintenance: readonly MaintenanceWindow[];
  /** In place of the catalogue's hours; false: at no time. */
  readonly expectedLoad: Readonly<Partial<Record<SystemId, ExpectedLoad | false>>>;
  readonly thresholds: ThresholdOverrides;
  /** Where the runbook's pages lie, without a slash at its end; absent: alerts name the command that shows them. */
  readonly runbookUrl?: string;
}

export type Channel =
  | {
      readonly kind: "email";
      readonly name: string;
      readonly to: readonly string[];
      readonly from: string;
      /** `host:port`; port 465 speaks TLS from the start. */
      readonly smarthost: string;
      readonly username?: string;
      /** False: mail goes in the clear where the server offers no STARTTLS. */
      readonly requireTls: boolean;
      /** Where there is a `username`. */
      readonly password?: SecretName;
    }
  /** `channel`: the one that the web hook's maker chose, when absent. */
  | { readonly kind: "slack"; readonly name: string; readonly channel?: string; readonly url: SecretName }
  | { readonly kind: "teams"; readonly name: string; readonly url: SecretName }
  | { readonly kind: "webhook"; readonly name: string; readonly url: SecretName }
  | { readonly kind: "pagerduty"; readonly name: string; readonly routingKey: SecretName };

export type ChannelKind = Channel["kind"];

/** Where a secret is, never what it is: the stack secret `alerts:<key>`. */
export interface SecretName {
  readonly namespace: "alerts";
  readonly key: string;
}

/** Severities of alerts/types.ts that a message goes out for. */
export type SentSeverity = "page" | "ticket";
export type RoutedSeverity = SentSeverity | "digest";

/** Alerts of these systems wait until it is over, those of security apart. */
export interface MaintenanceWindow {
  readonly name: string;
  /** `all`: the stack's own alerts too. */
  readonly systems: readonly SystemId[] | "all";
  readonly days: readonly Weekday[];
  /** "02:00"; later than `to`: over midnight. */
  readonly from: string;
  /** "04:00"; "24:00" is the day's end. */
  readonly to: string;
  /** IANA; absent: the stack's. */
  readonly timeZone?: string;
}

/** A system is closed, or stopped, at this time: its alerts wait as in a weekly window. ISO 8601, UTC, whole minutes. */
export interface ClosedTime {
  /** `stack`: what belongs to no system. */
  readonly system: SystemId | "stack";
  /** Absent: it has begun. */
  readonly from?: string | undefined;
  /** Absent: nobody knows yet. */
  readonly until?: string | undefined;
}

export const weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;
export type Weekday = (typeof weekdays)[number];

/** System or `stack` -> alert's id in the catalogue -> severity -> its threshold, in the alert's unit. */
export type ThresholdOverrides = Readonly<Partial<Record<SystemId | "stack", Readonly<Record<string, Readonly<Partial<Record<RoutedSeverity, number>>>>>>>>;
