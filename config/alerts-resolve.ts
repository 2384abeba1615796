import type { AlertsConfig, Channel, MaintenanceWindow, SecretName } from "../alerts/routing/types";
import { systems } from "../systems";
import type { RawAlerts } from "./alerts-schema";
import { deadMansSwitch } from "./alerts-secrets";
import { defaults } from "./defaults";

/** What a stack file says of alerts, over the runbooks' and our defaults. */
export function resolveAlerts(raw: RawAlerts, given: readonly string[], secrets: Readonly<Record<string, SecretName>>): AlertsConfig {
  const channels = Object.entries(raw.channels ?? {}).map(([name, channel]) => resolveChannel(name, channel, secrets[name]));
  const routes = resolveRoutes(raw, channels);
  const { [deadMansSwitch]: watchdog } = secrets;
  return {
    channels,
    routes,
    systemRoutes: raw.systemRoutes ?? {},
    notices: raw.notices ?? withoutPagers(routes.ticket, channels),
    escalation: { afterMinutes: raw.escalation?.afterMinutes ?? defaults.alerts.escalationMinutes, channels: raw.escalation?.channels ?? [] },
    digest: { at: raw.digest?.at ?? defaults.alerts.digestAt },
    ...(watchdog === undefined ? {} : { deadMansSwitch: watchdog }),
    maintenance: resolveMaintenance(raw.maintenance ?? {}, given),
    expectedLoad: resolveExpectedLoad(raw.expectedLoad ?? {}),
    thresholds: raw.thresholds ?? {},
    ...(raw.runbookUrl === undefined ? {} : { runbookUrl: raw.runbookUrl.replace(/\/+$/, "") }),
  };
}

/** What is left out is the runbook's. */
export function resolveExpectedLoad({ sms }: NonNullable<RawAlerts["expectedLoad"]>): AlertsConfig["expectedLoad"] {
  const { expectedLoad } = systems.sms;
  if (sms === undefined || sms === false || expectedLoad === undefined) return sms === false ? { sms } : {};
  return { sms: { days: sms.days ?? expectedLoad.days, from: sms.from ?? expectedLoad.from, to: sms.to ?? expectedLoad.to } };
}

type RawChannel = NonNullable<RawAlerts["channels"]>[string];

/** A secret that is not there is the checks' business: nobody sees the result then. */
function resolveChannel(name: string, raw: RawChannel, given: SecretName | undefined): Channel {
  const secret = given ?? { namespace: "alerts", key: name };
  if (raw.kind === "slack") return { kind: raw.kind, name, ...(raw.channel === undefined ? {} : { channel: raw.channel }), url: secret };
  if (raw.kind === "pagerduty") return { kind: raw.kind, name, routingKey: secret };
  if (raw.kind !== "email") return { kind: raw.kind, name, url: secret };
  const { to, from, smarthost, username } = raw;
  return {
    kind: raw.kind,
    name,
    to,
    from,
    smarthost,
    requireTls: raw.requireTls ?? defaults.alerts.requireTls,
    ...(username === undefined ? {} : { username, password: secret }),
  };
}

/** sms.md, Alert Channels: e-mail gets everything, Slack and Teams only what is critical. */
function resolveRoutes(raw: RawAlerts, channels: readonly Channel[]): AlertsConfig["routes"] {
  const all = channels.map(({ name }) => name);
  const mail = channels.filter(({ kind }) => kind === "email").map(({ name }) => name);
  const ticket = raw.routes?.ticket ?? (mail.length > 0 ? mail : withoutPagers(all, channels));
  return { page: raw.routes?.page ?? all, ticket, digest: raw.routes?.digest ?? withoutPagers(ticket, channels) };
}

/** What goes to PagerDuty becomes an incident there: news is none. */
function withoutPagers(names: readonly string[], channels: readonly Channel[]): string[] {
  return names.filter((name) => channels.every((channel) => channel.name !== name || channel.kind !== "pagerduty"));
}

type Window = Omit<MaintenanceWindow, "name">;

/** The runbooks' windows hold where their system runs; a name that is given again stands in their place. */
function resolveMaintenance(raw: NonNullable<RawAlerts["maintenance"]>, systems: readonly string[]): MaintenanceWindow[] {
  const runbooks = Object.entries<Window>(defaults.alerts.maintenance).filter(([, { systems: its }]) => its === "all" || its.some((id) => systems.includes(id)));
  return Object.entries({ ...Object.fromEntries(runbooks), ...raw }).flatMap(([name, window]) => (window === false ? [] : [{ name, ...window }]));
}
