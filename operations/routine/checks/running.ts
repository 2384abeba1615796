import type { ReleaseOutputs } from "../../../releases/record";
import { RefusedProblem } from "../../preview";
import { Problem } from "../../problem";
import { findDrift } from "../../reading/drift";
import { settledState } from "../../reading/settled";
import { containersOf, explain } from "../../reading/systemStatus";
import type { Drift } from "../../reading/types";
import type { Looking } from "../looking";
import type { Finding } from "../types";
import type { Check } from "./finding";

/** What the stack made against what the engine has. */

export const containers: Check = async (looking, system) => {
  const all = await looking.containers();
  const own = containersOf(system, looking.stack.state?.containers, all);
  const names = new Set(own.map(({ name }) => name));
  const drift = (await drifts(looking)).filter(({ kind, what }) => kind === "image" && [...names].some((name) => what.startsWith(`${name} `)));
  const settled = system === "stack" ? undefined : settledState(system, looking.stack.settings, looking.now);
  if (settled?.halted === true) return { verdict: "look", says: settled.notes[0] ?? "it is halted", run: [looking.command(`resume ${system}`)] };
  if (own.length === 0) return { verdict: "bad", says: "it has no container", run: [looking.command("status")] };
  const ill = own.filter(({ well }) => !well);
  const starting = ill.every(({ health, state }) => state === "running" && health === "starting");
  const since = looking.now.getTime() - looking.hours * 3_600_000;
  const again = own.filter(({ restarts, startedAt }) => restarts > 0 && startedAt !== undefined && startedAt.getTime() > since);
  const details = [...ill.map((container) => explain(container, looking.now)), ...drift.map(({ what }) => what), ...again.map(({ name, restarts }) => `${name} was started again ${restarts} times since it was made`)];
  const verdict = drift.length > 0 || (ill.length > 0 && !starting) ? "bad" : ill.length + again.length > 0 ? "look" : "good";
  const [worstOff] = ill;
  return {
    verdict, details: [...(settled?.notes ?? []), ...details],
    says: details[0] ?? `${own.length} of ${own.length} run and are healthy`,
    figures: [{ name: "run", value: own.length - ill.length, unit: "count", worse: "down", limit: own.length }, { name: "restarts", value: again.reduce((sum, { restarts }) => sum + restarts, 0), unit: "count", worse: "up" }],
    ...(verdict === "good" ? {} : { run: [...(worstOff === undefined ? [] : [looking.command(`logs ${system} ${worstOff.service} --since 1h`)]), looking.command(`status`)] }),
  };
};

/** Record, engine and stack file; then a preview that looks at every real thing. */
export const drift: Check = async (looking) => {
  const found = await drifts(looking);
  const previewed = await looking.once("preview", () => previewWithRefresh(looking));
  const changes = previewed.changes.map(({ name, op }) => `${name}: ${op}`);
  const details = [...found.map(({ what }) => what), ...changes];
  if (previewed.refused !== undefined) return { verdict: "bad", says: `an update would be refused: ${previewed.refused[0] ?? ""}`, details: previewed.refused, run: [`pulumi preview --stack ${looking.stack.name}`] };
  if (details.length === 0) return { verdict: "good", says: "a preview with refresh finds nothing to change", figures: [{ name: "differences", value: 0, unit: "count", worse: "up", limit: 0 }] };
  return {
    verdict: "bad", says: `${details.length} differences: ${details.slice(0, 3).join("; ")}${details.length > 3 ? "; ..." : ""}`, details,
    figures: [{ name: "differences", value: details.length, unit: "count", worse: "up", limit: 0 }],
    run: [`pulumi preview --refresh --stack ${looking.stack.name}`, ...new Set(found.map(({ fix }) => fix))],
  };
};

function drifts(looking: Looking): Promise<readonly Drift[]> {
  return looking.once("drift", async () => {
    const { name, outputs, settings, state } = looking.stack;
    if (state === undefined) throw new Problem(`the state of ${name} was not read`);
    return findDrift({ stack: name, state, containers: await looking.containers(), release: (outputs as ReleaseOutputs).release, settings });
  });
}

interface Previewed {
  readonly changes: readonly { readonly name: string; readonly op: string }[];
  /** Why an update would not even begin. */
  readonly refused?: readonly string[];
}

async function previewWithRefresh({ stack }: Looking): Promise<Previewed> {
  try {
    return { changes: (await stack.cli.preview({ refresh: true })).changes };
  } catch (error) {
    if (error instanceof RefusedProblem) return { changes: [], refused: error.reasons };
    throw error;
  }
}

/** The same rules that stop an update, asked of the stack as it is declared now. */
export const policies: Check = (looking) =>
  looking.once("policies", async (): Promise<Finding> => {
    const { stack } = looking;
    try {
      const { changes } = await stack.cli.preview({ policies: true });
      return { verdict: "good", says: `every rule of the policy pack holds${changes.length > 0 ? ` (${changes.length} changes wait for an update)` : ""}` };
    } catch (error) {
      if (!(error instanceof RefusedProblem)) throw error;
      return { verdict: "bad", says: `refused: ${error.reasons[0] ?? ""}`, details: error.reasons, run: [`pulumi preview --policy-pack policies --stack ${stack.name}`] };
    }
  });
