import { join } from "node:path";
import { change } from "../change";
import { blockNetwork, unblockNetwork, type BlockOptions } from "../maintenance/block";
import { timeZoneOf } from "../maintenance/stackOf";
import { blockLine } from "../maintenance/texts";
import { blocksOf, bypassOf } from "../maintenance/windows";
import { StackFile } from "../stackFile";
import type { CommandModule, Context, GlobalOptions, Outcome } from "./types";

/** D11: an address range is kept out of every system. */
export const block: CommandModule = {
  define(command, run) {
    command
      .argument("<address>", "an IPv4 or IPv6 address or network: 203.0.113.7, 203.0.113.0/24, 2001:db8::/32")
      .option("--for <time>", "for how long: 1h, 2d (default: for good)")
      .option("--until <time>", "when it ends by itself: 2026-11-22T04:00Z, 2026-11-22 04:00 or 04:00")
      .option("--why <text>", "for the record")
      .option("--anyway", "though it holds operators' addresses, or a large part of the Internet")
      .addHelpText("after", [
        "",
        "The edge answers it with 403 and nothing else, on every system and on both ports; what it tries stays in the log.",
        "",
        "Examples:",
        '  npx stackbook block 203.0.113.0/24 --for 2d --why "password guessing on motel"',
        "  npx stackbook blocks",
        "  npx stackbook unblock 203.0.113.0/24",
      ].join("\n"))
      .action(run<BlockOptions & GlobalOptions>((options, context, address = "") => change({ command: "block", what: `block ${address}`, systems: [], why: options.why }, options, context, (means) => blockNetwork(means, address, options))));
  },
};

export const unblock: CommandModule = {
  define(command, run) {
    command
      .argument("<address>", "as it was blocked; `npx stackbook blocks` shows it")
      .option("--why <text>", "for the record")
      .addHelpText("after", "\nExample:\n  npx stackbook unblock 203.0.113.0/24 --why 'it was a partner'")
      .action(run<{ readonly why?: string } & GlobalOptions>((options, context, address = "") => change({ command: "unblock", what: `unblock ${address}`, systems: [], why: options.why }, options, context, (means) => unblockNetwork(means, address))));
  },
};

export const blocks: CommandModule = {
  define(command, run) {
    command.addHelpText("after", "\nExamples:\n  npx stackbook blocks\n  npx stackbook blocks --json | jq -r '.blocked[].address'").action(run<GlobalOptions>(list));
  },
};

async function list(options: GlobalOptions, context: Context): Promise<Outcome> {
  const stack = await context.openStack(options.stack);
  const file = new StackFile(join(context.root, `Pulumi.${stack.name}.yaml`));
  const now = context.now();
  const blocked = blocksOf(file).filter(({ until }) => until === undefined || now < new Date(until));
  const bypass = bypassOf(file);
  return {
    text: [
      ...(blocked.length === 0 ? ["No address is blocked."] : blocked.map((entry) => blockLine(entry, timeZoneOf(stack)))),
      ...(bypass.length === 0 ? [] : [`Operators' addresses, which pass maintenance: ${bypass.join(", ")}`]),
    ].join("\n"),
    json: { stack: stack.name, blocked, bypass },
  };
}
