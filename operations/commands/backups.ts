import { tiers, type Tier } from "../../backups/manifest";
import type { BackupEntry } from "../../backups/protocol";
import { askBackupAgent, systemsWithBackups } from "../backupAgent";
import { age, size, table } from "../backups/texts";
import { Problem, usageExitCode } from "../problem";
import type { CommandModule, Context, GlobalOptions, Outcome } from "./types";

interface ListOptions extends GlobalOptions {
  readonly tier?: string;
}

/** B5: what there is. */
export const backups: CommandModule = {
  define(command, run) {
    command
      .command("list")
      .description("every backup in every store, newest first")
      .argument("[system]", "only those of one system")
      .option("--tier <tier>", `only those of a tier: ${tiers.join(", ")}`)
      .action(run<ListOptions>(list));
  },
};

async function list(options: ListOptions, context: Context, system: string | undefined): Promise<Outcome> {
  const { tier } = options;
  if (tier !== undefined && !tiers.some((known) => known === tier)) throw new Problem(`--tier is ${tier}: use one of ${tiers.join(", ")}`, [], usageExitCode);
  const stack = await context.openStack(options.stack);
  const engine = context.connect(stack);
  const systems = systemsWithBackups(stack, system === undefined ? [] : [system]);
  const answers = await Promise.all(systems.map((id) => askBackupAgent(stack, engine, id, "list", tier === undefined ? {} : { tier: tier as Tier })));
  const entries = answers.flat();
  const text = systems.map((id, at) => describe(id, answers[at] ?? [])).join("\n\n");
  return { text, json: { stack: stack.name, backups: entries } };
}

function describe(system: string, entries: readonly BackupEntry[]): string {
  if (entries.length === 0) return `${system}: no backup yet; take one with: npx stackbook backup ${system}`;
  const rows = [...byBackup(entries)].map(([, copies]) => row(copies));
  const damaged = entries.flatMap(({ backup, store, problem }) => (problem === undefined ? [] : [`DAMAGED: ${backup} in ${store}: ${problem}`]));
  return [table([["BACKUP", "AGE", "SIZE", "RELEASE", "PARTS", "VERIFIED", "DRILLED", "KEY", "STORE", "WHY"], ...rows]), ...damaged].join("\n");
}

/** The same set in two stores is one line. */
function byBackup(entries: readonly BackupEntry[]): Map<string, BackupEntry[]> {
  const grouped = new Map<string, BackupEntry[]>();
  for (const entry of [...entries].sort((a, b) => b.startedAt.localeCompare(a.startedAt) || a.backup.localeCompare(b.backup))) {
    grouped.set(entry.backup, [...(grouped.get(entry.backup) ?? []), entry]);
  }
  return grouped;
}

function row(copies: readonly BackupEntry[]): string[] {
  const [entry] = copies;
  if (entry === undefined) return [];
  const newest = (read: (copy: BackupEntry) => string | null): string => copies.flatMap((copy) => read(copy) ?? []).sort().at(-1)?.slice(0, 10) ?? "-";
  return [
    entry.backup, age(entry.ageSeconds), size(entry.bytes), entry.version, entry.parts.join("+"),
    newest((copy) => copy.verifiedAt), newest((copy) => copy.drilledAt),
    `${entry.keyId}${entry.readable ? "" : " (not here)"}`, copies.map((copy) => copy.store).join("+"), entry.reason,
  ];
}
