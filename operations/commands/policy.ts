import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { readSettings } from "../../policies/exceptions";
import { judge } from "../../policies/judge";
import { systemIds } from "../../systems";
import { askBackupAgent } from "../backupAgent";
import { policyMarkdown, policySarif, policyText, countOf, type PolicyReport } from "../policy/report";
import { stateResources } from "../policy/state";
import { Problem, usageExitCode } from "../problem";
import type { Stack } from "../stack";
import type { CommandModule, Context, GlobalOptions, Outcome } from "./types";

const formats = ["text", "markdown", "json", "sarif"] as const;

interface PolicyOptions extends GlobalOptions {
  readonly format: string;
  readonly output?: string;
}

/** X7, against what there is: `pulumi preview --policy-pack policies` judges what is to be. */
export const policy: CommandModule = {
  define(command, run) {
    command
      .option("--format <format>", `${formats.join(", ")}`, "text")
      .option("--output <file>", "writes it there")
      .addHelpText("after", [
        "",
        "Judges the stack's state by every rule of docs/policies.md, and by what no policy pack gets to see: whether secrets are encrypted",
        "there, how old they are, when restores were rehearsed. Changes nothing. Ends with 1 when a mandatory rule is broken.",
        "",
        "Examples:",
        "  npx stackbook policy",
        "  npx stackbook policy --stack prod --format sarif --output policies.sarif",
        "  npx stackbook policy --json | jq '.violations[] | select(.level == \"mandatory\")'",
      ].join("\n"))
      .action(run<PolicyOptions>(look));
  },
};

async function look(options: PolicyOptions, context: Context): Promise<Outcome> {
  const format = formats.find((one) => one === options.format);
  if (format === undefined) throw new Problem(`--format is ${options.format}`, [`Use ${formats.join(", ")}.`], usageExitCode);
  const stack = await context.openStack(options.stack);
  const report = await policyReport(stack, context);
  const text = render(report, format, context.root);
  if (options.output !== undefined) writeFileSync(resolve(options.output), text);
  const exitCode = countOf(report, "mandatory") > 0 ? 1 : 0;
  return { text: options.output === undefined ? text.trimEnd() : `${policyText(report).split("\n")[0] ?? ""}\nWritten: ${options.output}`, json: report, exitCode };
}

function render(report: PolicyReport, format: (typeof formats)[number], root: string): string {
  switch (format) {
    case "text":
      return `${policyText(report)}\n`;
    case "markdown":
      return policyMarkdown(report);
    case "json":
      return `${JSON.stringify(report, undefined, 2)}\n`;
    case "sarif":
      return `${JSON.stringify(policySarif(report, versionOf(root)), undefined, 2)}\n`;
  }
}

const versionOf = (root: string): string => (JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { readonly version: string }).version;

async function policyReport(stack: Stack, context: Context): Promise<PolicyReport> {
  const now = context.now();
  const environment = stack.outputs.environment ?? "prod";
  const [exported, drills] = await Promise.all([stack.cli.run(["stack", "export", "--show-secrets"]), environment === "prod" ? drillsOf(stack, context) : undefined]);
  const resources = stateResources(exported);
  const settings = readSettings(stack.settings?.["stackbook:policies"]?.value);
  const tags = JSON.parse(stack.settings?.["stackbook:tags"]?.value ?? "{}") as Readonly<Record<string, string>>;
  const judged = judge(resources, { tags }, { environment, settings, now }, { now, environment, resources, drills });
  return { stack: stack.name, environment, at: now.toISOString(), resources: resources.length, ...judged };
}

/** When each restore was rehearsed last, as the agents have written it into manifests; undefined: one of them could not be asked. */
async function drillsOf(stack: Stack, context: Context): Promise<Readonly<Record<string, Date | undefined>> | undefined> {
  const engine = context.connect(stack);
  const backed = systemIds.filter((id) => stack.outputs.backups?.[id] !== undefined);
  try {
    const listed = await Promise.all(backed.map(async (id) => [id, (await askBackupAgent(stack, engine, id, "list", {})).flatMap(({ drilledAt }) => drilledAt ?? []).sort().at(-1)] as const));
    return Object.fromEntries(listed.map(([id, last]) => [id, last === undefined ? undefined : new Date(last)]));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    context.say(`Drills are not known: ${error.message}`);
    return undefined;
  }
}
