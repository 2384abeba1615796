import type { Looking, Whose } from "../looking";
import type { Figure } from "../types";
import { periodText, plain, valueText } from "../units";
import { serviceOf, systemOf } from "../../stackContainers";
import { unknown, valueOf, worst, type Check } from "./finding";

/** Lines of one container that are read at most: a log may hold millions, and the newest tell enough. */
const mostLines = 20_000;
const mostMessages = 5;

/** JSON with a level in words, or in Pino's numbers. */
const errorLevel = /"(?:level|severity|lvl)"\s*:\s*(?:"(?:error|fatal|critical|emerg|alert)"|[56]0\b)/i;
const wordInCapitals = /(?:^|[\s[(])(?:ERROR|FATAL|CRITICAL)(?:[\s\]:)]|$)/;

export function isErrorLine(text: string): boolean {
  return text.trimStart().startsWith("{") ? errorLevel.test(text.slice(0, 4000)) : wordInCapitals.test(text.slice(0, 200));
}

/**
 * What a line says, with all that differs from one time to the next taken out: lines of the same kind come together, and
 * nothing that may be a token, an address or a person's gets into a report.
 */
export function kindOfLine(text: string): string {
  const said = messageIn(text) ?? text;
  return said
    .replace(/[\w.+-]+@[\w-]+\.[\w.-]+/g, "…")
    .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, "…")
    .replace(/[A-Za-z0-9_+/=-]{24,}/g, "…")
    .replace(/(["'`]).*?\1/g, "…")
    .replace(/\d+(?:[.:,-]\d+)*/g, "…")
    .replace(/\s+/g, " ").trim().slice(0, 120);
}

function messageIn(text: string): string | undefined {
  try {
    const line = JSON.parse(text) as Readonly<Record<string, unknown>>;
    const said = ["message", "msg", "error", "err"].map((key) => line[key]).find((value) => typeof value === "string");
    return said;
  } catch {
    return undefined;
  }
}

export const errorLog: Check = async (looking, system) => {
  const running = (await looking.containers(system)).filter(({ labels, state }) => state === "running" && labels["stackbook.role"] === "app");
  if (running.length === 0) return unknown("no container of it runs", looking.command(`logs ${system}`));
  const since = new Date(looking.now.getTime() - looking.hours * 3_600_000);
  const kinds = new Map<string, number>();
  let [lines, failed, cut] = [0, 0, false];
  for (const container of running) {
    let read = 0;
    await looking.engine.logs(container.name, { since, tail: mostLines }, ({ text }) => {
      read += 1;
      if (!isErrorLine(text)) return;
      failed += 1;
      const kind = `${serviceOf(container)}: ${kindOfLine(text)}`;
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    });
    lines += read;
    cut ||= read >= mostLines;
  }
  const most = [...kinds].sort((a, b) => b[1] - a[1]).slice(0, mostMessages).map(([kind, count]) => `${count} times ${kind}`);
  return {
    verdict: failed > 0 ? "look" : "good",
    says: `${failed} error lines of ${plain(lines)} in ${periodText(looking.hours)}${cut ? ` (the newest ${mostLines} of each container)` : ""}${most[0] === undefined ? "" : `: ${most[0]}`}`,
    figures: [{ name: "error lines", value: failed, unit: "count", worse: "up" }], details: most,
    ...(failed > 0 ? { run: [looking.command(`logs ${system} --since ${looking.hours}h`)] } : {}),
  };
};

interface LogConfig {
  readonly HostConfig?: { readonly LogConfig?: { readonly Type?: string; readonly Config?: Readonly<Record<string, string>> | null } };
}

/** sms.md, Log Retention; the other runbooks give no number. */
const longest = { application: 90, system: 30, audit: 365, backup: 30 } as const;

export const logFiles: Check = async (looking, system) => {
  const own = (await looking.containers()).filter((container) => systemOf(container) === system || systemOf(container) === "stack");
  const endless: string[] = [];
  for (const { name } of own) {
    const { HostConfig } = (await looking.engine.inspectWhole(name)) as LogConfig;
    const { Config, Type } = HostConfig?.LogConfig ?? {};
    const limited = Type === "none" || Type === "local" || (Type === "json-file" && Config?.["max-size"] !== undefined);
    if (!limited) endless.push(`${name} logs by ${Type ?? "an unknown driver"} without a limit`);
  }
  const days = looking.facts.monitoring?.logDays;
  const kept = days === undefined ? [] : (Object.keys(longest) as (keyof typeof longest)[]).filter((stream) => days[stream] > longest[stream]).map((stream) => `${stream} logs are kept ${days[stream]} days, the runbook says ${longest[stream]}`);
  const stored = days === undefined || (await hasLoki(looking));
  const details = [...endless, ...kept, ...(stored ? [] : ["the store of logs is not there: only the engine's own files are kept"])];
  return {
    verdict: endless.length > 0 ? "bad" : worst(kept.length > 0 || !stored ? "look" : "good"),
    says: details[0] ?? `${own.length} containers' files have a limit${days === undefined ? "; logs are not collected" : `; kept: ${Object.entries(days).map(([stream, number]) => `${stream} ${number} days`).join(", ")}`}`,
    details, figures: [{ name: "without a limit", value: endless.length, unit: "count", worse: "up", limit: 0 }],
  };
};

async function hasLoki(looking: Looking): Promise<boolean> {
  return (await looking.containers("stack")).some((container) => serviceOf(container) === "loki" && container.state === "running");
}

export const logGrowth: Check = async (looking: Looking, _system: Whose) => {
  const accepted = (offset: string): string => `sum(increase(otelcol_receiver_accepted_log_records_total[${looking.window}]${offset}))`;
  const { before, lost, now } = await looking.metrics({ now: accepted(""), before: accepted(` offset ${looking.window}`), lost: `sum(increase(otelcol_exporter_send_failed_log_records_total[${looking.window}]))` });
  const lines = valueOf(now);
  if (lines === undefined) return unknown("no logs are collected", "pulumi stack output monitoring");
  const perDay = (lines / (await looking.covered())) * 24;
  const earlier = valueOf(before);
  const ratio = earlier === undefined || earlier < 1000 ? undefined : lines / earlier;
  const given = Math.round(valueOf(lost) ?? 0);
  const figures: Figure[] = [
    { name: "lines a day", value: perDay, unit: "count", worse: "up" }, { name: "lines lost", value: given, unit: "count", worse: "up", limit: 0 },
    ...(ratio === undefined ? [] : [{ name: "against the period before", value: ratio, unit: "times", worse: "up" } as const]),
  ];
  return {
    verdict: given > 0 ? "bad" : ratio !== undefined && ratio > 2 ? "look" : "good", figures,
    says: `${plain(Math.round(perDay))} lines a day${ratio === undefined ? "" : `, ${valueText(ratio, "times")} as many as in the period before`}${given > 0 ? `; ${given} were lost` : ""}`,
  };
};
