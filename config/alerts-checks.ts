import type { Channel } from "../alerts/routing/types";
import { thresholdProblems } from "../alerts/thresholds";
import { systemIds } from "../systems";
import type { RawAlerts } from "./alerts-schema";
import { resolveExpectedLoad } from "./alerts-resolve";
import { deadMansSwitch, secretOf } from "./alerts-secrets";
import type { Checked, Report } from "./checks";
import { defaults } from "./defaults";
import { quote, type Path } from "./errors";
import { orList } from "./fields";
import { nearest } from "./suggest";

/** What a well-formed `alerts` still gets wrong: people whom nothing reaches, and hours that are none. */
export function checkAlerts(checked: Checked, report: Report): void {
  const alerts = checked.raw.alerts ?? {};
  checkSecrets(checked, report);
  checkNames(checked, alerts, report);
  checkUse(checked, alerts, report);
  checkPages(checked, report);
  checkLists(alerts, report);
  checkWindows(alerts, report);
  if (alerts.thresholds !== undefined) for (const { at, given, allowed, fix } of thresholdProblems(alerts.thresholds)) report(["alerts", "thresholds", ...at], given, allowed, fix);
}

function checkSecrets({ config, secrets }: Checked, report: Report): void {
  for (const channel of config.alerts.channels) {
    const { name, kind } = channel;
    const key = `alerts:${name}`;
    const { what } = secretOf[kind];
    const needed = kind !== "email" || channel.username !== undefined;
    if (needed && secrets.alerts[name] === undefined) report([key], "missing", "a stack secret", `give ${what}, \`pulumi config set --secret ${key}\`, or remove alerts.channels.${name}`);
    if (!needed && secrets.alerts[name] !== undefined) {
      report([key], "given but not used", "alerts.channels with a username", `set alerts.channels.${name}.username, or run \`pulumi config rm ${key}\`: without a name nobody signs in`);
    }
    if (kind === "email" && channel.username !== undefined && !channel.requireTls) {
      report(["alerts", "channels", name, "requireTls"], "false", "true, or no username", `use true, or remove alerts.channels.${name}.username: the password would travel in the clear`);
    }
  }
}

/** Every list of channels that a stack file has, with where it is. */
function routedLists(alerts: RawAlerts): { at: Path; names: readonly string[]; news: boolean }[] {
  const { routes, systemRoutes, notices, escalation } = alerts;
  const ofSystems = systemIds.flatMap((id) =>
    (["page", "ticket"] as const).map((severity) => ({ at: ["alerts", "systemRoutes", id, severity], names: systemRoutes?.[id]?.[severity], news: false })),
  );
  const lists = [
    ...(["page", "ticket", "digest"] as const).map((severity) => ({ at: ["alerts", "routes", severity], names: routes?.[severity], news: severity === "digest" })),
    ...ofSystems,
    { at: ["alerts", "notices"], names: notices, news: true },
    { at: ["alerts", "escalation", "channels"], names: escalation?.channels, news: false },
  ];
  return lists.flatMap(({ at, names, news }) => (names === undefined ? [] : [{ at, names, news }]));
}

function checkNames({ config, isBroken }: Checked, alerts: RawAlerts, report: Report): void {
  const channels: readonly Channel[] = config.alerts.channels;
  const known = channels.map(({ name }) => name);
  const allowed = known.length === 0 ? "names under alerts.channels" : orList(known);
  for (const { at, names, news } of routedLists(alerts)) {
    for (const [index, name] of names.entries()) {
      if (isBroken(name)) continue;
      const channel = channels.find((each) => each.name === name);
      // An address in place of a name may be a web hook's, which is a secret.
      if (!/^[\w-]{1,40}$/.test(name)) report([...at, index], "not a channel's name", allowed, `use ${allowed}`);
      else if (channel === undefined) report([...at, index], quote(name), allowed, unknownChannel(name, known));
      else if (names.indexOf(name) < index) report([...at, index], "given twice", "each channel once", "remove one of the two");
      else if (news && channel.kind === "pagerduty") report([...at, index], quote(name), "channels other than PagerDuty", "use another channel: PagerDuty makes an incident of everything, and news is none");
    }
  }
}

function unknownChannel(name: string, known: readonly string[]): string {
  const close = nearest(name, known);
  if (close !== undefined) return `did you mean ${close}?`;
  return known.length === 0 ? `name ${name} under alerts.channels first` : `use ${orList(known)}, or name ${name} under alerts.channels`;
}

/** A channel in no list looks as if it told somebody. */
function checkUse({ config }: Checked, raw: RawAlerts, report: Report): void {
  const { channels, routes, systemRoutes, notices, escalation } = config.alerts;
  const used = new Set([...Object.values(routes).flat(), ...Object.values(systemRoutes).flatMap((route) => Object.values(route).flat()), ...notices, ...escalation.channels]);
  for (const { name } of channels) {
    if (raw.channels !== undefined && !used.has(name)) report(["alerts", "channels", name], "in no route", "a channel that somebody is told by", `name ${name} under alerts.routes, alerts.systemRoutes, alerts.notices or alerts.escalation.channels, or remove it`);
  }
}

/** Alerts that should wake somebody, and nobody to be woken. */
function checkPages({ config, environment }: Checked, report: Report): void {
  if (environment !== "prod" || !config.monitoring.enabled) return;
  const { channels, routes, systemRoutes } = config.alerts;
  if (channels.length === 0) {
    report(["alerts", "channels"], "missing", "at least one channel", "name who is told when a system is down, such as { ops: { kind: email, to: [...], from: ..., smarthost: ... } }: in prod an alert that nobody hears is none");
  } else if (routes.page.length === 0) {
    report(["alerts", "routes", "page"], "an empty list", "at least one channel", `use ${orList(channels.map(({ name }) => name))}: in prod an alert that nobody hears is none`);
  }
  for (const { spec } of config.systems) {
    if (systemRoutes[spec.id]?.page?.length === 0) report(["alerts", "systemRoutes", spec.id, "page"], "an empty list", "at least one channel", "name a channel, or remove it to take alerts.routes.page");
  }
}

function checkLists({ channels = {}, maintenance = {}, expectedLoad = {} }: RawAlerts, report: Report): void {
  const twice = (at: Path, list: readonly string[]): void => {
    for (const [index, item] of list.entries()) if (list.indexOf(item) < index) report([...at, index], "given twice", "each once", "remove one of the two");
  };
  for (const [name, channel] of Object.entries(channels)) if (channel.kind === "email") twice(["alerts", "channels", name, "to"], channel.to.map((address) => address.toLowerCase()));
  for (const [id, hours] of Object.entries(expectedLoad)) if (hours !== undefined && hours !== false) twice(["alerts", "expectedLoad", id, "days"], hours.days ?? []);
  for (const [name, window] of Object.entries(maintenance)) {
    if (window === false) continue;
    twice(["alerts", "maintenance", name, "days"], window.days);
    if (window.systems !== "all") twice(["alerts", "maintenance", name, "systems"], window.systems);
  }
}

function checkWindows({ maintenance = {}, expectedLoad = {} }: RawAlerts, report: Report): void {
  for (const [id, hours] of Object.entries(resolveExpectedLoad(expectedLoad))) {
    if (hours !== false && hours.to <= hours.from) report(["alerts", "expectedLoad", id, "to"], quote(hours.to), `a time after ${hours.from}`, "use a later time of the same day than from");
  }
  const runbooks = Object.keys(defaults.alerts.maintenance);
  for (const [name, window] of Object.entries(maintenance)) {
    const at = ["alerts", "maintenance", name];
    if (window === false) {
      const close = nearest(name, runbooks);
      const fix = close === undefined ? "remove it: there is no window of that name" : `did you mean alerts.maintenance.${close}?`;
      if (!runbooks.includes(name)) report(at, "false", `false for ${orList(runbooks)}, or a window`, fix);
    } else if (window.from === window.to) {
      report([...at, "to"], quote(window.to), "another time than `from`", `use another time than from, ${window.from}; later means the same day, earlier the next`);
    }
  }
}

/** What a stack may do without, but should be told once. */
export function alertWarnings({ config }: Pick<Checked, "config">): string[] {
  const { environment, monitoring, alerts } = config;
  if (environment === "dev") return [];
  if (!monitoring.enabled) return [`monitoring.enabled is false: nobody hears of it when ${environment} is down`];
  const silent = alerts.routes.page.length === 0 ? [`alerts.routes.page is empty: alerts of ${environment} show in Alertmanager only`] : [];
  const unwatched = environment === "prod" && alerts.deadMansSwitch === undefined ? [`alerts:${deadMansSwitch} is missing: nobody hears of it when alerting itself is down`] : [];
  return [...silent, ...unwatched];
}
