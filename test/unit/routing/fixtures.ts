import assert from "node:assert/strict";
import { parse } from "yaml";
import { renderAlertmanager, type RoutingInput } from "../../../alerts/routing";
import type { AlertsConfig, Channel, SecretName } from "../../../alerts/routing/types";
import { systemIds, systems } from "../../../systems";

export const secret = (key: string): SecretName => ({ namespace: "alerts", key });

export const channels: readonly Channel[] = [
  { kind: "email", name: "mail", to: ["admin@school.example", "b@school.example"], from: "alerts@school.example", smarthost: "smtp.school.example:587", requireTls: true, username: "robot", password: secret("mail") },
  { kind: "slack", name: "sms-slack", channel: "#sms-alerts", url: secret("sms-slack") },
  { kind: "teams", name: "sms-teams", url: secret("sms-teams") },
  { kind: "webhook", name: "desk", url: secret("desk") },
  { kind: "pagerduty", name: "pager", routingKey: secret("pager") },
];

/** SMS as its runbook has it, FETMS's window, and everything else that there is. */
export const alerts: AlertsConfig = {
  channels,
  routes: { page: ["mail"], ticket: ["mail"], digest: ["mail"] },
  systemRoutes: { sms: { page: ["mail", "sms-slack", "sms-teams"] } },
  notices: ["mail", "desk"],
  escalation: { afterMinutes: 30, channels: ["pager"] },
  digest: { at: "08:00" },
  deadMansSwitch: secret("deadMansSwitch"),
  maintenance: [{ name: "fetms-sunday", systems: ["fetms"], days: ["sunday"], from: "02:00", to: "04:00" }],
  expectedLoad: {}, thresholds: {},
};

export const everything: RoutingInput = {
  stack: "prod",
  timeZone: "Europe/Berlin",
  alerts,
  closed: [],
  systems: systemIds.map((id) => ({ id, title: systems[id].title })),
};

export const withAlerts = (changes: Partial<AlertsConfig>): RoutingInput => ({ ...everything, alerts: { ...alerts, ...changes } });

export interface Route {
  readonly receiver: string;
  readonly matchers?: readonly string[];
  readonly group_by?: readonly string[];
  readonly group_wait?: string;
  readonly group_interval?: string;
  readonly repeat_interval?: string;
  readonly mute_time_intervals?: readonly string[];
  readonly routes?: readonly Route[];
}

export interface Alertmanager {
  readonly route: Route;
  readonly receivers: readonly Readonly<Record<string, unknown>>[];
  readonly inhibit_rules: readonly { readonly source_matchers: readonly string[]; readonly target_matchers: readonly string[]; readonly equal?: readonly string[] }[];
  readonly time_intervals: readonly { readonly name: string; readonly time_intervals: readonly unknown[] }[];
  readonly templates: readonly string[];
}

/** Read back by a parser of YAML, as Alertmanager would. */
export function rendered(input: RoutingInput = everything): Alertmanager {
  return parse(renderAlertmanager(input).files["alertmanager.yml"] ?? assert.fail("no alertmanager.yml")) as Alertmanager;
}

/** The branches from the root to what takes an alert: the first that fits, and of that the first again. */
export function branchOf({ route }: Alertmanager, labels: Readonly<Record<string, string>>): Route[] {
  const chosen = route.routes?.find(({ matchers = [] }) => matchers.every((matcher) => fits(matcher, labels)));
  return chosen === undefined ? [route] : [route, ...branchOf({ route: chosen } as Alertmanager, labels)];
}

export function fits(matcher: string, labels: Readonly<Record<string, string>>): boolean {
  const [, label = "", operator = "", value = ""] = /^(\w+)(=~|!=|=)"(.*)"$/.exec(matcher) ?? assert.fail(matcher);
  const given = labels[label] ?? "";
  if (operator === "=~") return new RegExp(`^(?:${value})$`).test(given);
  return operator === "=" ? given === value : given !== value;
}

/** Names of the channels behind a receiver, found by what only they have. */
export function toldBy(config: Alertmanager, labels: Readonly<Record<string, string>>): string[] {
  const name = branchOf(config, labels).at(-1)?.receiver;
  const receiver = config.receivers.find((each) => each["name"] === name) ?? assert.fail(`no receiver ${name ?? ""}`);
  return channels.filter((channel) => JSON.stringify(receiver).includes(`/secrets/${channel.name}"`)).map((channel) => channel.name);
}
