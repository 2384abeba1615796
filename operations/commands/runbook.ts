import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Problem, usageExitCode } from "../problem";
import { renderAlert, renderPage, renderRunbook, type RunbookInput } from "../runbook";
import { rowsOf } from "../runbook/alerts";
import type { Stack } from "../stack";
import { systemIds, type SystemId } from "../../systems";
import type { CommandModule, Context, GlobalOptions, Outcome } from "./types";

interface RunbookOptions extends GlobalOptions {
  readonly output?: string;
}

/** D13: the runbook of this stack, from what it is. */
export const runbook: CommandModule = {
  define(command, run) {
    command
      .description("the runbook of this stack: its addresses, thresholds, contacts, commands; all pages into a folder, or one page or alert here")
      .argument("[page]", "index, stack, or a system (default: index)")
      .argument("[alert]", "only the section of this alert: error-rate")
      .option("--output <folder>", "writes every page there: one for each system, one for the stack, an index")
      .addHelpText("after", "\nWhere the pages lie for everybody to read, alerts link to them: stackbook:alerts.runbookUrl.\n\nExamples:\n  npx stackbook runbook motel error-rate\n  npx stackbook runbook motel | less\n  npx stackbook runbook --output ../runbook/prod")
      .action(run<RunbookOptions>(show));
  },
};

async function show(options: RunbookOptions, context: Context, page: string | undefined, alert: string | undefined): Promise<Outcome> {
  const stack = await context.openStack(options.stack);
  const input = inputOf(stack);
  if (options.output !== undefined) {
    if (page !== undefined) throw new Problem("--output writes every page", [`Leave ${page} out, or leave --output out to see it here.`], usageExitCode);
    return write(input, resolve(options.output));
  }
  const name = page ?? "index";
  if (alert !== undefined) return section(input, name, alert);
  const text = renderPage(input, name);
  if (text === undefined) throw new Problem(`the runbook of ${stack.name} has no page ${name}`, [`Use one of: index, stack, ${input.facts.systems.map(({ id }) => id).join(", ")}.`], usageExitCode);
  return { text: text.trimEnd(), json: { stack: stack.name, page: name, text } };
}

function section(input: RunbookInput, page: string, alert: string): Outcome {
  const system = page === "stack" ? page : systemIds.find((id): id is SystemId => id === page);
  const text = system === undefined ? undefined : renderAlert(input, system, alert);
  if (system === undefined || text === undefined) {
    const known = system === undefined ? [] : rowsOf(input, system).map(({ id }) => id);
    throw new Problem(`the runbook of ${input.facts.stack} has no alert ${alert} of ${page}`, known.length === 0 ? ["Name a system first: npx stackbook runbook motel error-rate"] : [`Use one of: ${known.join(", ")}.`], usageExitCode);
  }
  return { text, json: { stack: input.facts.stack, page, alert, text } };
}

function write(input: RunbookInput, folder: string): Outcome {
  const pages = renderRunbook(input);
  try {
    mkdirSync(folder, { recursive: true });
    for (const [name, text] of Object.entries(pages)) writeFileSync(join(folder, name), text);
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error)) throw error;
    throw new Problem(`the runbook can't be written to ${folder} (${String(error.code)})`, ["Name another folder with --output."]);
  }
  const link = input.facts.alerts.runbookUrl;
  const text = [
    `${Object.keys(pages).length} pages: ${join(folder, "index.md")}`,
    link === undefined ? "Alerts don't link to it yet: pulumi config set --path stackbook:alerts.runbookUrl <where people find this folder>, then pulumi up" : `Alerts link to ${link}: put the pages there.`,
  ].join("\n");
  return { text, json: { stack: input.facts.stack, folder, pages: Object.keys(pages).filter((name) => existsSync(join(folder, name))) } };
}

/** @throws Problem when the stack's last update was made by a program without these outputs */
export function inputOf(stack: Stack): RunbookInput {
  const { facts, monitoring } = stack.outputs;
  if (facts === undefined) throw new Problem(`the stack ${stack.name} does not say what is configured: its last update was made by an older program`, [`Run one update: pulumi up --stack ${stack.name}`]);
  const page = (name: "status" | "grafana" | "prometheus", url: string | null | undefined): object => (url === null || url === undefined ? {} : { [name]: url });
  const { alertmanager, grafana, prometheus, rules, status } = monitoring ?? {};
  return {
    facts, ...(rules === undefined ? {} : { rules }),
    pages: { ...page("status", status), ...page("grafana", grafana), ...page("prometheus", prometheus), ...(alertmanager === null || alertmanager === undefined ? {} : { alerts: alertmanager }) },
  };
}
