import { rollback as bringBack } from "../rollback";
import { causes } from "../rollback/matrix";
import type { RollbackOptions } from "../rollback/options";
import type { CommandModule } from "./types";

/** D3: configuration, code and data, or a whole earlier release. */
export const rollback: CommandModule = {
  define(command, run) {
    command
      .argument("[system]", "which system; with --all none")
      .option("--to <release>", "settings, version and images of this release, at its program's commit (npx stackbook history)")
      .option("--config", "the settings before the last change of them; the version stays")
      .option("--code", "the version and images before; the settings stay")
      .option("--data [backup]", "brings data back, too: this backup, or the one that fits (alone: the newest)")
      .option("--all", "the whole stack: to --to, or to the release before")
      .option("--because <cause>", `the runbook's matrix chooses: ${Object.keys(causes).join(", ")}`)
      .option("--current-program", "today's program, whatever the release was made by")
      .option("--dry-run", "checks everything and shows what would change; changes nothing")
      .option("--why <text>", "why, for the record")
      .addHelpText("after", [
        "",
        "Without any of these a person chooses from the history. A rollback is an update like others: it can be rolled back.",
        "It brings back versions and settings; never secrets, rotations, emergency stops, maintenance or blocked addresses.",
        "",
        "Examples:",
        "  npx stackbook rollback motel",
        "  npx stackbook rollback motel --code --why 'checkout fails'",
        "  npx stackbook rollback motel --to 12 --dry-run",
        "  npx stackbook rollback mps --because data-corruption",
        "  npx stackbook rollback --all --to 12",
      ].join("\n"))
      .action(run<RollbackOptions>(bringBack));
  },
};
