import { Problem, usageExitCode } from "../problem";
import { query, type Sample } from "../prometheus";
import { engineMetrics, measuredSystems, readMetrics, type Metrics } from "../reading/metrics";
import { metricsText } from "../reading/metricsText";
import type { Engine } from "../engine";
import type { Stack } from "../stack";
import { columns } from "../terminal";
import type { CommandModule, Context, GlobalOptions, Outcome } from "./types";

interface MetricsOptions extends GlobalOptions {
  readonly query?: string;
}

/** D5: the figures that the runbooks look at. */
export const metrics: CommandModule = {
  define(command, run) {
    command
      .description("the runbooks' figures now, of the last five minutes; ! and !! are beyond the threshold of a ticket or a page")
      .argument("[system]", "only one system; stack: its own containers and the host")
      .option("--query <promql>", "instead: the values of an expression")
      .addHelpText("after", "\nExamples:\n  npx stackbook metrics motel\n  npx stackbook metrics --query 'sum by (system) (rate(edge_requests_total[5m]))'\n  npx stackbook metrics stack --json")
      .action(run<MetricsOptions>(show));
  },
};

async function show(options: MetricsOptions, context: Context, system: string | undefined): Promise<Outcome> {
  if (options.query !== undefined && system !== undefined) throw new Problem(`--query says itself what it asks for; ${system} is left over`, [`Name the system in it: {system="${system}"}`], usageExitCode);
  const stack = await context.openStack(options.stack);
  const engine = context.connect(stack);
  if (options.query !== undefined) {
    const samples = await query(stack, engine, options.query);
    return { text: samples.length === 0 ? "No series." : columns(samples.map((sample) => [labelsOf(sample), String(sample.value)])).join("\n"), json: { stack: stack.name, query: options.query, samples: samples.map(forJson) } };
  }
  const ids = measuredSystems(stack, system);
  const found = await measure(stack, engine, ids, context);
  return { text: metricsText(found, context.screen), json: { stack: stack.name, ...found } };
}

async function measure(stack: Stack, engine: Engine, ids: readonly string[], { say }: Pick<Context, "say">): Promise<Metrics> {
  try {
    return await readMetrics(stack, engine, ids);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    say(`${error.message}; the engine tells what it knows, CPU and memory of containers`);
    return engineMetrics(stack, engine, ids);
  }
}

function labelsOf({ labels }: Sample): string {
  const { __name__: name = "", ...rest } = labels;
  const pairs = Object.entries(rest).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  return `${name}{${pairs.join(", ")}}`;
}

/** JSON has no infinities: they are texts, as Prometheus writes them. */
function forJson({ labels, value }: Sample): object {
  return { labels, value: Number.isFinite(value) ? value : Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf" };
}
