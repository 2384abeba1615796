import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { systemIds } from "../../systems";
import { size } from "../backups/texts";
import { momentOption } from "../durations";
import { gatherEvidence } from "../evidence/gather";
import { Problem, usageExitCode } from "../problem";
import type { CommandModule, Context, GlobalOptions, Outcome } from "./types";

interface EvidenceOptions extends GlobalOptions {
  readonly output?: string;
  readonly since?: string;
}

/** D11: what there is at this moment, kept before anybody cleans up. */
export const evidence: CommandModule = {
  define(command, run) {
    command
      .argument("[system]", "only of this system (default: all of the stack)")
      .option("--output <file>", "where to (default: .stackbook/evidence/<stack>-<system>-<time>.tar.gz)")
      .option("--since <when>", "logs from then on: 2h, 1d, or a time (default: all that the engine has kept)")
      .addHelpText("after", [
        "",
        "Containers (configuration, processes, connections, use, logs), the edge's log lines, the stack's outputs, releases and",
        "settings, the audit: one archive with a manifest of checksums. Secrets are taken out. Nothing is stopped or changed, no",
        "lock is asked for; of an isolated system it works as well.",
        "",
        "Examples:",
        "  npx stackbook evidence motel",
        "  npx stackbook evidence --since 24h --output /secure/case-42.tar.gz",
      ].join("\n"))
      .action(run<EvidenceOptions>(keep));
  },
};

async function keep(options: EvidenceOptions, context: Context, system?: string): Promise<Outcome> {
  const known: readonly string[] = [...systemIds, "stack"];
  if (system !== undefined && !known.includes(system)) throw new Problem(`${system} is no system`, [`Use one of: ${known.join(", ")}; without one, all of the stack.`], usageExitCode);
  const since = options.since === undefined ? undefined : momentOption("--since", options.since, context.now());
  const place = await context.locate(options.stack);
  const name = `${place.name.replace(/\W+/g, "-")}-${system ?? "all"}-${context.now().toISOString().slice(0, 19).replace(/[:-]/g, "")}Z.tar.gz`;
  const output = options.output === undefined ? join(context.root, ".stackbook", "evidence", name) : resolve(options.output);
  if (existsSync(output)) throw new Problem(`${output} is there already`, ["Give another name: evidence is never written over."], usageExitCode);
  mkdirSync(dirname(output), { recursive: true, mode: 0o700 });
  const { archive, containers, missing } = await gatherEvidence({ system, output, ...(since === undefined ? {} : { since }) }, place, context.connect(place), context);
  if (containers === 0) context.say(`the engine has no container of ${system ?? "the stack"}: the archive holds what else is known`);
  // As `sha256sum -c` reads it.
  writeFileSync(`${output}.sha256`, `${archive.sha256}  ${basename(output)}\n`, { mode: 0o600 });
  return {
    text: [
      `${containers} containers of ${system ?? "all systems"} in ${output} (${size(archive.bytes)}).`,
      `sha256 ${archive.sha256}, beside it in ${basename(output)}.sha256: write it down elsewhere.`,
      ...(missing.length === 0 ? [] : ["Could not be had:", ...missing.map((line) => `  ${line}`)]),
    ].join("\n"),
    json: { stack: place.name, system: system ?? null, file: output, bytes: archive.bytes, sha256: archive.sha256, containers, missing },
  };
}
