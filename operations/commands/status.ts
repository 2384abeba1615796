import { only, takeSnapshot } from "../reading/snapshot";
import { statusText } from "../reading/statusText";
import type { Snapshot } from "../reading/types";
import { watch, watchSeconds } from "../reading/watch";
import type { CommandModule, Context, GlobalOptions, Outcome } from "./types";

interface StatusOptions extends GlobalOptions {
  readonly watch?: string | true;
}

/** D5: everything of a stack on one screen. Always ends with 0 when it could look; `health` has an exit code. */
export const status: CommandModule = {
  define(command, run) {
    command
      .description("one screen: systems, versions, health, traffic, errors, backups, alerts, drift, last updates")
      .argument("[system]", "only one system, with each of its containers; stack: edge and monitoring")
      .option("--watch [seconds]", "draws it anew every so many seconds (default: 5), until Ctrl-C")
      .addHelpText("after", "\nExamples:\n  npx stackbook status\n  npx stackbook status motel\n  npx stackbook status --watch 10\n  npx stackbook status --json | jq '.systems[] | {id, version, health}'")
      .action(run<StatusOptions>(show));
  },
};

async function show(options: StatusOptions, context: Context, system: string | undefined): Promise<Outcome> {
  // It loads while the CLI reads the stack.
  const loading = import("dockerode");
  const every = watchSeconds(options.watch);
  const take = async (): Promise<Snapshot> => {
    const stack = await context.openStack(options.stack);
    await loading;
    const snapshot = await takeSnapshot(stack, context.connect(stack), context.now);
    return system === undefined ? snapshot : only(snapshot, system);
  };
  const textOf = (snapshot: Snapshot): string => statusText(snapshot, context.screen, system !== undefined);
  if (every === undefined) {
    const snapshot = await take();
    return { text: textOf(snapshot), json: snapshot };
  }
  return watch(every, context, async () => {
    const snapshot = await take();
    return options.json === true ? JSON.stringify(snapshot) : textOf(snapshot);
  }, options.json === true);
}
