import { recoveryObjectives } from "../../../alerts/slos";
import { ageLimits } from "../../../backups/lifecycle";
import { tiers, type Tier } from "../../../backups/manifest";
import { metricNames, type BackupEntry } from "../../../backups/protocol";
import { isKept } from "../../../backups/retention";
import type { SystemId } from "../../../systems";
import { askBackupAgent } from "../../backupAgent";
import { Problem } from "../../problem";
import type { Looking, Whose } from "../looking";
import type { Figure, Finding } from "../types";
import { valueText } from "../units";
import { judged, limitOf, valueOf, type Check } from "./finding";

/** Asked of the backup agents themselves, which know it without any monitoring. */

/** Drills and safety copies show nothing about whether backups go on. */
const regular: readonly Tier[] = ["daily", "deploy"];

export const backupDone: Check = async (looking, system) => {
  const id = idOf(looking, system);
  if (typeof id !== "string") return id;
  const list = await looking.backups(id);
  const whole = list.filter(({ problem, tier }) => problem === undefined && regular.includes(tier));
  const [newest] = whole;
  const now = looking.command(`backup ${id}`);
  if (newest === undefined) return { verdict: "bad", says: "there is no backup", run: [now] };
  const { everyHours } = looking.system(id).backup ?? { everyHours: 24 };
  const limit = limitOf(looking.row(id, "backup-age")) ?? ageLimits(everyHours).ticketHours * 3600;
  const before = whole.find(({ backup }) => backup !== newest.backup);
  const stores = looking.facts.backups?.stores.map(({ name }) => name) ?? [];
  const missing = stores.filter((store) => !list.some((entry) => entry.backup === newest.backup && entry.store === store));
  const damaged = list.filter(({ problem }) => problem !== undefined);
  const figures: Figure[] = [
    { name: "age", value: newest.ageSeconds / 3600, unit: "hours", worse: "up", limit: limit / 3600, comesAndGoes: true },
    { name: "size", value: newest.bytes, unit: "bytes" },
    // backup-shrank: half of the one before is no clean-up.
    ...(before === undefined || before.bytes === 0 ? [] : [{ name: "size against the one before", value: newest.bytes / before.bytes, unit: "times", worse: "down", limit: limitOf(looking.row(id, "backup-shrank")) ?? 0.5 } as const]),
  ];
  const trouble = [...missing.map((store) => `${store} doesn't have it`), ...damaged.map(({ backup, problem, store }) => `${backup} in ${store} is damaged: ${problem ?? ""}`)];
  const details = [
    ...trouble,
    ...(newest.readable && verifiedAt(list, newest) === undefined ? [`${newest.backup} was not verified yet`] : []),
  ];
  const finding = judged(figures, { details });
  const bad = finding.verdict === "bad" || trouble.length > 0;
  return {
    ...finding, verdict: bad ? "bad" : "good",
    says: finding.verdict === "bad" ? `${newest.backup}: ${finding.says}` : `${newest.backup}, ${valueText(newest.bytes, "bytes")}, ${valueText(newest.ageSeconds / 3600, "hours")} old${trouble[0] === undefined ? "" : `; ${trouble[0]}`}`,
    ...(bad ? { run: [now, looking.command(`backups list ${id}`)] } : {}),
  };
};

/** Every part is read again and decrypted: it takes as long as reading the backup. */
export const backupWhole: Check = async (looking, system) => {
  const id = idOf(looking, system);
  if (typeof id !== "string") return id;
  return looking.once(`verify ${id}`, async (): Promise<Finding> => {
    const { backup, parts } = await askBackupAgent(looking.stack, looking.engine, id, "verify", { backup: "latest" });
    const bad = parts.filter(({ ok }) => !ok);
    if (bad.length === 0) return { verdict: "good", says: `${backup}: all ${parts.length} parts are whole and open`, figures: [{ name: "parts", value: parts.length, unit: "count" }] };
    return { verdict: "bad", says: `${backup} is damaged: ${bad.map(({ name, problem }) => `${name} (${problem ?? "differs"})`).join(", ")}`, run: [looking.command(`backup ${id}`), looking.command(`backups list ${id}`)] };
  });
};

/** Days until a set of a tier must have a younger one. */
const everyDays: Readonly<Partial<Record<Tier, number>>> = { weekly: 7, monthly: 31 };

export const backupKept: Check = async (looking, system) => {
  const id = idOf(looking, system);
  if (typeof id !== "string") return id;
  const list = await looking.backups(id);
  const retention = looking.system(id).backup?.retention;
  if (list.length === 0 || retention === undefined) return { verdict: "bad", says: "there is no backup", run: [looking.command(`backup ${id}`)] };
  const ageDays = (entry: BackupEntry | undefined): number => (entry?.ageSeconds ?? 0) / 86_400;
  const known = Math.max(...list.map(ageDays));
  const details: string[] = [];
  const figures: Figure[] = [];
  for (const tier of tiers.filter((each) => isKept(retention, each))) {
    const sets = list.filter((entry) => entry.tier === tier);
    const names = new Set(sets.map(({ backup }) => backup));
    figures.push({ name: `${tier} sets`, value: names.size, unit: "count" });
    const { days } = retention[tier];
    const [newest, oldest] = [sets[0], sets.at(-1)];
    // The rule removes at the midnight after; a day more is a rule that doesn't work.
    if (tier !== "deploy" && ageDays(oldest) > days + 2) details.push(`${oldest?.backup ?? ""} is ${valueText(ageDays(oldest), "days")} old, ${tier} sets are kept ${days} days`);
    const due = everyDays[tier];
    if (due !== undefined && known > due + 1 && (newest === undefined || ageDays(newest) > due + 1)) details.push(newest === undefined ? `there is no ${tier} set` : `the newest ${tier} set is ${valueText(ageDays(newest), "days")} old`);
  }
  return {
    verdict: details.length > 0 ? "bad" : "good", figures, details,
    says: details[0] ?? `${figures.map(({ name, value }) => `${value} ${value === 1 ? name.slice(0, -1) : name}`).join(", ")}, the oldest ${valueText(known, "days")} old`,
    ...(details.length > 0 ? { run: [looking.command(`backups list ${id}`)] } : {}),
  };
};

export const drill: Check = async (looking, system) => {
  const id = idOf(looking, system);
  if (typeof id !== "string") return id;
  const now = looking.command(`drill ${id}`);
  if (looking.facts.backups?.drill === undefined || looking.stack.outputs.backups?.[id]?.drill === null) {
    return { verdict: "unknown", says: "no restore is rehearsed on this host: rehearse it where the private key is (docs/backups.md, Public key)" };
  }
  const list = await looking.backups(id);
  const last = list.flatMap(({ drilledAt }) => drilledAt ?? []).sort().at(-1);
  const measured = await drillFigures(looking, id);
  if (measured.failed) return { verdict: "bad", says: "the last rehearsal of a restore did not bring everything back", figures: measured.figures, run: [now, looking.command(`logs ${id} drill --since 8d`)] };
  if (last === undefined) {
    const young = list.every(({ ageSeconds }) => ageSeconds < (limitHours(looking, id) * 3600));
    return { verdict: young ? "look" : "bad", says: "no restore was rehearsed yet", run: [now] };
  }
  const hours = (looking.now.getTime() - Date.parse(last)) / 3_600_000;
  const finding = judged([{ name: "age", value: hours, unit: "hours", worse: "up", limit: limitHours(looking, id), comesAndGoes: true }, ...measured.figures]);
  return { ...finding, says: finding.verdict === "bad" ? `the last rehearsal: ${finding.says}` : `a restore was rehearsed ${valueText(hours, "hours")} ago${measured.words}`, ...(finding.verdict === "bad" ? { run: [now] } : {}) };
};

const limitHours = (looking: Looking, id: SystemId): number => (limitOf(looking.row(id, "drill-overdue")) ?? 192 * 3600) / 3600;

interface Measured {
  readonly failed: boolean;
  readonly figures: readonly Figure[];
  readonly words: string;
}

/** RTO and RPO as measured; without monitoring only the list is known. */
async function drillFigures(looking: Looking, id: SystemId): Promise<Measured> {
  const of = (metric: string): string => `max(${metric}{system="${id}"})`;
  try {
    const { age, failed, seconds } = await looking.metrics({ failed: of(metricNames.lastDrillFailed), seconds: of(metricNames.drillDuration), age: of(metricNames.drillAge) });
    const promised = recoveryObjectives.find((objective) => objective.system === id);
    const [rto, rpo] = [valueOf(seconds), valueOf(age)];
    const figures: Figure[] = [
      ...(rto === undefined ? [] : [{ name: "RTO", value: rto, unit: "seconds", worse: "up", ...(promised === undefined ? {} : { limit: promised.withinMinutes * 60 }) } as const]),
      ...(rpo === undefined ? [] : [{ name: "RPO", value: rpo / 3600, unit: "hours", worse: "up", comesAndGoes: true, ...(promised === undefined ? {} : { limit: promised.lostHours }) } as const]),
    ];
    return { failed: valueOf(failed) === 1, figures, words: figures.map(({ name, unit, value }) => `, ${name} ${valueText(value, unit)}`).join("") };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { failed: false, figures: [], words: "" };
  }
}

function verifiedAt(list: readonly BackupEntry[], { backup }: BackupEntry): string | undefined {
  return list.find((entry) => entry.backup === backup && entry.verifiedAt !== null)?.verifiedAt ?? undefined;
}

/** Every runbook wants backups: a system without them is no system without findings. */
function idOf(looking: Looking, system: Whose): SystemId | Finding {
  if (system === "stack") throw new Error("the stack has no backups of its own: this check belongs to a system's list");
  if (looking.stack.outputs.backups?.[system] !== undefined) return system;
  return { verdict: "bad", says: "it is not backed up", run: ["pulumi config set --path stackbook:backups.enabled true", "pulumi up"] };
}

