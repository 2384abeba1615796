import { join } from "node:path";
import { Command } from "commander";
import { systemIds } from "../../systems";
import { completionScript, type Node } from "../completion";
import { Problem, usageExitCode } from "../problem";
import { commands } from "./index";
import type { CommandModule, Context, GlobalOptions, Outcome, Run } from "./types";

const shells = ["bash", "zsh"];

/** Words and options under the Tab key. */
export const completion: CommandModule = {
  define(command, run) {
    command
      .argument("<shell>", shells.join(" or "))
      .addHelpText("after", '\nExamples:\n  eval "$(npx stackbook completion bash)"                  in this shell\n  npx stackbook completion zsh >> ~/.zshrc                  in every one')
      .action(run<GlobalOptions>(print));
  },
};

async function print(_options: GlobalOptions, context: Context, shell = ""): Promise<Outcome> {
  if (!shells.includes(shell)) throw new Problem(`there are no completions for ${shell}: use ${shells.join(" or ")}`, [], usageExitCode);
  const script = completionScript(shell === "zsh" ? "zsh" : "bash", await tree(), { program: join(context.root, "operations", "bin.cjs"), systems: systemIds });
  return { text: script, json: { shell, script } };
}

/** Every command with its options, as they are defined. */
async function tree(): Promise<Node> {
  const program = new Command("stackbook").option("--stack <name>").option("--json");
  const nothing: Run = () => () => Promise.resolve();
  for (const [name, { load }] of Object.entries(commands)) (await load()).define(program.command(name), nothing);
  return nodeOf(program, program.options.flatMap(({ long }) => long ?? []));
}

function nodeOf(command: Command, everywhere: readonly string[]): Node {
  return {
    name: command.name(),
    options: [...new Set([...command.options.flatMap(({ long }) => long ?? []), ...everywhere, "--help"])].sort(),
    takesSystem: command.registeredArguments.some((argument) => argument.name() === "system"),
    commands: command.commands.map((inner) => nodeOf(inner, everywhere)),
  };
}
