import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { momentOf } from "../../backups/layout";
import type { BackupOutputs } from "../../backups/outputs";
import { handOverCheckpoint, systemsWithBackups } from "../backupAgent";
import { readKit, type Kit } from "../backups/kit";
import { recoverStack } from "../backups/recover";
import { findSets, type FoundSet } from "../backups/sets";
import { age, count, size, table, took } from "../backups/texts";
import { Problem, usageExitCode } from "../problem";
import type { CommandModule, Context, GlobalOptions, Outcome } from "./types";

interface RecoverOptions extends GlobalOptions {
  readonly kit?: string;
  readonly store?: readonly string[];
  readonly backup?: readonly string[];
}

/** B8: the machine is gone; store, repository and recovery kit are left. */
export const recover: CommandModule = {
  define(command, run) {
    command
      .option("--kit <file>", "the recovery kit: what `npx stackbook recovery-kit --json` wrote")
      .option("--store <name=folder...>", "where the copy of a directory store lies on this machine; backups go on there")
      .option("--backup <name...>", "these instead of their systems' newest: motel/daily/2026-11-21T020000Z")
      .action(run<RecoverOptions>(bringAllBack));
  },
};

async function bringAllBack(options: RecoverOptions, context: Context): Promise<Outcome> {
  if (options.kit === undefined) throw new Problem("--kit is missing", ["Give the recovery kit: what `npx stackbook recovery-kit --json` wrote."], usageExitCode);
  const began = context.now();
  const given = readKit(options.kit);
  const kit: Kit = { ...given, stack: options.stack ?? given.stack };
  const places = readPlaces(options.store ?? [], kit);
  const sets = await findSets(kit, { places, named: options.backup ?? [] }, context.say);
  if (sets.length === 0) throw new Problem("there is no backup to recover from", ["Look into the stores yourself: docs/backups.md, \"Plain recovery\"."]);
  const preview = describeSets(kit, sets, began);
  context.say(preview);
  if (options.yes !== true && !(await context.confirm(`Bring the stack ${kit.stack} up on this machine, with this data?`))) throw new Problem("nothing was recovered: not confirmed", [], 130);
  const { outputs, secrets } = await recoverStack({ kit, sets, places }, context);
  const seconds = (context.now().getTime() - began.getTime()) / 1000;
  await handOver(kit, context);
  const systems = sets.map(({ system, backup, manifest }) => ({
    system, backup, lostSeconds: Math.max(0, Math.round((began.getTime() - startOf(manifest.timestamp)) / 1000)), restored: outputs[system]?.restored ?? null,
  }));
  const lines = [
    `The stack ${kit.stack} is back after ${took(seconds)} (RTO), with ${count(secrets, "generated secret")} as before.`,
    ...systems.map(({ system, backup, lostSeconds, restored }) => `  ${system}: ${backup}; what was written in the ${age(lostSeconds)} after it is lost (RPO)${restored === null ? "" : `; ${restoredText(restored.tables)}`}`),
    "",
    `Pulumi.${kit.stack}.yaml says what was restored: commit it. Then take a new recovery kit: npx stackbook recovery-kit`,
  ];
  return { text: lines.join("\n"), json: { stack: kit.stack, seconds, secrets, systems } };
}

/** So that the next set has the state of this machine; nothing is lost if it doesn't, and the data is back. */
async function handOver({ stack: name }: Kit, context: Context): Promise<void> {
  try {
    const stack = await context.openStack(name);
    await handOverCheckpoint(stack, context.connect(stack), systemsWithBackups(stack), context.stackFile(name));
  } catch (error) {
    context.say(`The agents were not given the new state (${error instanceof Error ? error.message : String(error)}); do it by: npx stackbook backup`);
  }
}

/** `local=/mnt/backups`, or a folder alone where there is one directory store. */
function readPlaces(given: readonly string[], kit: Kit): Record<string, string> {
  const names = [...new Set(Object.values(kit.stores).flatMap((stores) => stores.flatMap(({ kind, name }) => (kind === "directory" ? [name] : []))))];
  const problems: string[] = [];
  const places: Record<string, string> = {};
  for (const text of given) {
    const at = text.indexOf("=");
    const name = at > 0 ? text.slice(0, at) : names.length === 1 ? names[0] : undefined;
    const folder = resolve(text.slice(at + 1));
    if (name === undefined || !names.includes(name)) problems.push(`--store is ${text}: give <name>=<folder>, with a directory store of the kit: ${names.join(", ") || "it has none"}`);
    else if (!existsSync(folder)) problems.push(`--store is ${text}: there is no ${folder}`);
    else places[name] = folder;
  }
  if (problems.length > 0) throw new Problem("nothing was recovered:", problems, usageExitCode);
  return places;
}

function describeSets({ stack }: Kit, sets: readonly FoundSet[], now: Date): string {
  const rows = sets.map(({ system, backup, store, manifest }) => [
    `  ${system}`, backup, `${age((now.getTime() - startOf(manifest.timestamp)) / 1000)} old`, size(manifest.parts.reduce((sum, part) => sum + part.bytes, 0)), `release ${manifest.release.version}`, `from ${store}`,
  ]);
  return [`The stack ${stack} as its newest backups have it:`, table(rows)].join("\n");
}

const startOf = (timestamp: string): number => momentOf(timestamp)?.getTime() ?? 0;

type Restored = NonNullable<BackupOutputs[string]["restored"]>;

function restoredText(tables: Restored["tables"]): string {
  return `${count(tables.length, "table")}, ${count(tables.reduce((sum, { rows }) => sum + rows, 0), "row")}`;
}
