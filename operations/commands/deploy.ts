import { deploy as bringOut } from "../deploy";
import type { DeployOptions } from "../deploy/options";
import type { CommandModule } from "./types";

/** D1, D2, D4, D12: checks, preview, update, smoke checks, watch; back by itself when it is bad. */
export const deploy: CommandModule = {
  define(command, run) {
    command
      .argument("[system]", "which system")
      .argument("[version]", "which version, as the stack file names it")
      .option("--backend-image <reference>", "image of the backend, or: same (default: the same repository with the version as tag, and its digest)")
      .option("--frontend-image <reference>", "the same of the frontend")
      .option("--watch <duration>", "for how long it is watched afterwards: 90s, 15m, 1h; 0: not at all (default: 15m)")
      .option("--critical", "a critical change: watched for 1h")
      .option("--gradual <percents>", "beside the old version, for so many visitors out of a hundred, one step after another: 10,50,100")
      .option("--step <duration>", "how long each step of --gradual is watched (default: 5m)")
      .option("--hold <duration>", "how long the old version stays warm after --gradual (default: 10m)")
      .option("--irreversible", "its migration can't be undone: it never goes back by itself")
      .option("--staging <stack>", "the stack that must have run the version before production does (default: staging)")
      .option("--skip-staging <why>", "production gets what staging has not run")
      .option("--despite <why>", "deploys although what runs now is not well: what puts it right; with --abort: goes back over a migration that can't be undone")
      .option("--continue", "goes on with a gradual deploy that was interrupted")
      .option("--abort", "takes back a deploy that was interrupted")
      .option("--dry-run", "checks everything and shows what would change; changes nothing")
      .option("--why <text>", "why, for the record")
      .addHelpText("after", [
        "",
        "Ends with 0 when it is deployed, 1 when it was refused or stays although it is not well, 3 when it was rolled back by itself.",
        "",
        "Examples:",
        "  npx stackbook deploy motel 1.4.3",
        "  npx stackbook deploy motel 1.4.3 --gradual 10,50,100 --step 5m --hold 10m",
        "  npx stackbook deploy sms 1.18.0 --critical --stack prod --why 'CHG-4711'",
        "  npx stackbook deploy motel 1.4.3 --dry-run",
      ].join("\n"))
      .action(run<DeployOptions>((options, context, system, version) => bringOut(options, context, system, version)));
  },
};
