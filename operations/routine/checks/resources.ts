import { minutesOf } from "../../../alerts/thresholds";
import type { AlertRow } from "../../../alerts";
import { expressionOf } from "../../../alerts/prometheus/measures";
import type { Sample } from "../../prometheus";
import type { Looking, Whose } from "../looking";
import type { Figure, Finding } from "../types";
import { isBeyond, periodText, valueText } from "../units";
import { judged, limitOf, unknown, worst, type Check } from "./finding";

/** Processors, memory, disks: what an alert looks at, now and over the period. */

export const resources: Check = async (looking, system) => {
  const rows = [
    ...["host-cpu", "host-memory"].flatMap((id) => looking.row("stack", id) ?? []),
    ...["container-cpu", "container-memory"].flatMap((id) => looking.row(system, id) ?? []),
  ];
  return overPeriod(looking, system, rows, "CPU and memory");
};

export const disk: Check = async (looking) => {
  const stores = looking.facts.systems.flatMap(({ id, backup }) => (backup === undefined ? [] : (looking.row(id, "backup-store-full") ?? [])));
  const used = [looking.row("stack", "host-disk"), looking.row("stack", "host-files")].flatMap((row) => row ?? []);
  const finding = await overPeriod(looking, "stack", [...used, ...stores], "disks");
  const forecast = looking.row("stack", "host-disk-forecast");
  if (forecast === undefined || finding.verdict === "unknown") return finding;
  const { soon } = await looking.metrics({ soon: withConditions(forecast, looking) });
  const limit = limitOf(forecast);
  const figures = soon.flatMap(({ labels, value }): Figure[] => (Number.isFinite(value) ? [{ name: `${labels["mountpoint"] ?? ""} full in`, value: value / 86_400, unit: "days", worse: "down", ...(limit === undefined ? {} : { limit: limit / 86_400 }) }] : []));
  const bad = figures.filter(isBeyond);
  return {
    ...finding, figures: [...(finding.figures ?? []), ...figures], verdict: worst(finding.verdict, bad.length > 0 ? "bad" : "good"),
    ...(bad.length === 0 ? {} : { says: `${finding.says}; ${bad.map(({ name, value }) => `${name} ${valueText(value, "days")} if it fills on like this`).join(", ")}` }),
  };
};

/** Values where the row's own guards hold. */
export function withConditions(row: AlertRow, looking: Looking): string {
  const { only, value } = expressionOf(row, { scrapeSeconds: looking.rules?.scrapeSeconds ?? 15 });
  return [`(${value})`, ...only.map(({ expr, on }) => `and on (${on.join(", ")}) (${expr})`)].join(" ");
}

/**
 * An alert's value now, and above what it was in a twentieth of the period. Bad: now, or for that long, beyond the
 * threshold; once beyond it is worth a look.
 */
async function overPeriod(looking: Looking, system: Whose, rows: readonly AlertRow[], what: string): Promise<Finding> {
  if (rows.length === 0) return unknown(`nobody watches ${what}`, "pulumi config set --path stackbook:monitoring.enabled true");
  const { step } = looking;
  const expression = (row: AlertRow): string => expressionOf(row, { scrapeSeconds: looking.rules?.scrapeSeconds ?? 15 }).value;
  const asked = Object.fromEntries(rows.flatMap((row) => [
    [`${row.system} ${row.id} now`, expression(row)],
    [`${row.system} ${row.id} mostly`, `quantile_over_time(${isBelow(row) ? 0.05 : 0.95}, (${expression(row)})[${looking.window}:${step}])`],
    [`${row.system} ${row.id} once`, `${isBelow(row) ? "min" : "max"}_over_time((${expression(row)})[${looking.window}:${step}])`],
  ]));
  const answers: Record<string, readonly Sample[]> = await looking.metrics(asked);
  const figures: Figure[] = [];
  const peaks: string[] = [];
  for (const row of rows) {
    const limit = limitOf(row);
    const worse = isBelow(row) ? "down" : "up";
    const of = (when: string, labels: Readonly<Record<string, string>>): number | undefined => (answers[`${row.system} ${row.id} ${when}`] ?? []).find((sample) => same(sample.labels, labels))?.value;
    for (const { labels, value: now } of answers[`${row.system} ${row.id} now`] ?? []) {
      if (!Number.isFinite(now)) continue;
      const mostly = of("mostly", labels) ?? now;
      const once = of("once", labels) ?? now;
      const value = worse === "up" ? Math.max(now, mostly) : Math.min(now, mostly);
      const figure: Figure = { name: nameOf(row, labels), value, unit: "share", worse, ...(limit === undefined ? {} : { limit }) };
      figures.push(figure);
      if (!isBeyond(figure) && isBeyond({ ...figure, value: once })) peaks.push(`${figure.name} was at ${valueText(once, "share")} once (limit ${valueText(limit ?? 0, "share")}; an alert needs ${minutesOf(row, "ticket")} min)`);
    }
  }
  if (figures.length === 0) return unknown(`Prometheus knows nothing of ${what} of ${system}`);
  const highest = [...figures].sort((a, b) => nearness(b) - nearness(a)).slice(0, 4);
  const finding = judged(figures, { details: peaks });
  const says = finding.verdict === "bad" ? finding.says : `${highest.map(({ name, value }) => `${name} ${valueText(value, "share")}`).join(", ")} (nearest to their limits in ${periodText(looking.hours)})`;
  return { ...finding, says, verdict: worst(finding.verdict, peaks.length > 0 ? "look" : "good"), ...(finding.verdict === "bad" ? { run: [looking.command("status")] } : {}) };
}

const isBelow = ({ limit }: AlertRow): boolean => Object.keys(limit).some((bound) => bound.startsWith("below"));

/** How near to its limit: 1 is there. */
function nearness({ limit, value, worse }: Figure): number {
  if (limit === undefined || limit === 0) return 0;
  return worse === "down" ? limit / Math.max(value, 1e-9) : value / limit;
}

/** Without the end of a container's name, which is another one after each deploy. */
function nameOf({ id, measure, system }: AlertRow, { container, mountpoint, store }: Readonly<Record<string, string>>): string {
  if (measure.kind === "hostUse") return measure.of === "disk" || measure.of === "files" ? `${measure.of} ${mountpoint ?? ""}` : `host ${measure.of}`;
  if (measure.kind === "containerUse") return `${measure.of} of ${(container ?? "").replace(/-[0-9a-f]{7}$/, "")}`;
  return store === undefined ? id : `free in store ${store} of ${system}`;
}

function same(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  return Object.keys(a).length === Object.keys(b).length && Object.entries(a).every(([name, value]) => b[name] === value);
}
