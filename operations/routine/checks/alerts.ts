import { alerts } from "../../prometheus";
import type { Looking, Whose } from "../looking";
import type { Figure, Finding } from "../types";
import { periodText, plain } from "../units";
import { judged, sumOf, unknown, valueOf, type Check } from "./finding";

/** Notices and the dead man's switch are no alerts. */
const told = 'alertstate="firing",severity=~"page|ticket|digest"';

export interface FiredAlert {
  readonly name: string;
  readonly system: string;
  readonly service: string;
  readonly severity: string;
  /** How long it was on, to the step. */
  readonly minutes: number;
}

/** Each alert that was on within the period. @param system undefined: of all */
export async function firedIn(looking: Looking, system: Whose | undefined): Promise<readonly FiredAlert[]> {
  const stepMinutes = Math.max(1, Math.ceil((looking.hours * 60) / 2000));
  const on = `max by (alertname, system, service, severity) (max_over_time(ALERTS{${told}${system === undefined ? "" : `,system="${system}"`}}[${stepMinutes}m]))`;
  const { fired } = await looking.metrics({ fired: `count_over_time((${on})[${looking.window}:${stepMinutes}m]) * ${stepMinutes}` });
  return fired
    .map(({ labels, value }) => ({ name: labels["alertname"] ?? "", system: labels["system"] ?? "stack", service: labels["service"] ?? "", severity: labels["severity"] ?? "", minutes: value }))
    .sort((a, b) => rank(a.severity) - rank(b.severity) || b.minutes - a.minutes || a.name.localeCompare(b.name));
}

const rank = (severity: string): number => ["page", "ticket", "digest"].indexOf(severity);

export const alertHistory: Check = async (looking, system): Promise<Finding> => {
  const [fired, active] = await Promise.all([firedIn(looking, system), alerts(looking.stack, looking.engine, { system, timeoutSeconds: 30 })]);
  const on = active.filter(({ state }) => state === "firing");
  const loud = on.filter(({ severity }) => severity !== "digest");
  const count = (severity: string): number => fired.filter((alert) => alert.severity === severity).length;
  const figures = ["page", "ticket", "digest"].map((severity): Figure => ({ name: `${severity} alerts`, value: count(severity), unit: "count", worse: "up" }));
  const words = fired.map(({ minutes, name, service, severity }) => `${severity}: ${name}${service === "" ? "" : ` of ${service}`}, ${plain(minutes)} min`);
  const past = fired.length === 0 ? `no alert in ${periodText(looking.hours)}` : `${fired.length} alerts in ${periodText(looking.hours)}: ${words.slice(0, 3).join("; ")}${words.length > 3 ? "; ..." : ""}`;
  return {
    verdict: loud.length > 0 ? "bad" : on.length > 0 || count("page") + count("ticket") > 0 ? "look" : "good",
    says: loud.length > 0 ? `${loud.length} ${loud.length === 1 ? "alert is" : "alerts are"} on: ${loud.map(({ summary }) => summary).slice(0, 3).join("; ")}` : past,
    figures: [...figures, { name: "on now", value: on.length, unit: "count", worse: "up" }],
    details: [...on.map(({ quiet, severity, summary }) => `on now, ${severity}: ${summary}${quiet === undefined ? "" : ` (${quiet})`}`), ...words],
    ...(loud.length > 0 ? { run: [...new Set(loud.map(({ command }) => command).filter((command) => command !== ""))].slice(0, 3) } : {}),
  };
};

export const alertDelivery: Check = async (looking) => {
  const { channels } = looking.facts.alerts;
  if (channels.length === 0) return { verdict: looking.facts.environment === "dev" ? "look" : "bad", says: "no channel is set up: nobody is told of anything", run: ["pulumi config set --path stackbook:alerts.channels.mail.kind email"] };
  const { failed, sent, watched } = await looking.metrics({
    sent: `sum by (integration) (increase(alertmanager_notifications_total[${looking.window}]))`,
    failed: `sum by (integration) (increase(alertmanager_notifications_failed_total[${looking.window}]))`,
    watched: 'max(up{job="alertmanager"})',
  });
  if (valueOf(watched) !== 1) return unknown("Alertmanager was not read", looking.command("status"));
  const used = sent.filter(({ value }) => value > 0);
  const figures = used.map(({ labels, value }): Figure => {
    const bad = valueOf(failed, { integration: labels["integration"] ?? "" }) ?? 0;
    // One try in ten may fail and be repeated; more is a channel that doesn't work.
    return { name: `failed tries by ${labels["integration"] ?? ""}`, value: value === 0 ? 0 : Math.min(1, bad / value), unit: "share", worse: "up", limit: 0.1 };
  });
  const finding = judged(figures);
  return { ...finding, says: finding.verdict === "bad" ? finding.says : `${plain(Math.round(sumOf(sent)))} messages in ${periodText(looking.hours)}, ${plain(Math.round(sumOf(failed)))} tries failed`, ...(finding.verdict === "bad" ? { run: [looking.command("logs stack alertmanager --since 1d")] } : {}) };
};
