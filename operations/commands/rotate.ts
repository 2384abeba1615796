import { kinds } from "../rotation/kinds";
import { rotate as exchange, type RotateOptions } from "../rotation/rotate";
import type { CommandModule } from "./types";

/** D7: new secrets in place of old ones. */
export const rotate: CommandModule = {
  define(command, run) {
    command
      .argument("<whose>", "a system, stack for what belongs to all of them, or all for both")
      .argument("[what...]", "what to exchange, see below")
      .option("--all", "everything that is theirs: after a breach")
      .option("--why <text>", "why, for the record")
      .addHelpText("after", [
        "",
        "What can be exchanged:",
        ...Object.entries(kinds).map(([name, { about, of }]) => `  ${name.padEnd(14)} ${about}${of === "stack" ? " (the stack's)" : ""}`),
        "  <name>         a single secret of the system's, such as jwtAccessSecret",
        "",
        "One update exchanges all that is asked for. Where two can be valid at once, both are while containers are replaced,",
        "and no request is dropped; else it says what ends, and asks. The old ones are dead afterwards, which is tried.",
        "",
        "Examples:",
        "  npx stackbook rotate motel database redis --why 'quarterly'",
        "  npx stackbook rotate mps jwt",
        "  npx stackbook rotate stack backup-key",
        "  npx stackbook rotate all --all --why 'laptop stolen'",
      ].join("\n"))
      .action(run<RotateOptions>(exchange));
  },
};
