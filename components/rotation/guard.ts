import * as pulumi from "@pulumi/pulumi";
import type { StackConfig } from "../../config/types";

interface GuardInputs {
  /** Path in the stack file -> count; zeros are left out. */
  readonly counters: Readonly<Record<string, number>>;
  /** Paths of counters that the stack has, whatever they count. */
  readonly places: readonly string[];
}

/** Every counter that doesn't go up by one. Serialised into the state: no imports. */
export function refusals(olds: Partial<GuardInputs>, news: GuardInputs): string[] {
  const before = olds.counters ?? {};
  return [...new Set([...Object.keys(before), ...Object.keys(news.counters)])].flatMap((path) => {
    const [was, is] = [before[path], news.counters[path] ?? 0];
    // Of a system that is gone altogether.
    if (!news.places.some((place) => path.startsWith(`${place}.`))) return [];
    if (was === undefined ? is <= 1 || olds.counters === undefined : is === was || is === was + 1) return [];
    return [
      is < (was ?? 0)
        ? `${path} is ${is === 0 ? "missing or 0" : is}, and was ${was}: a secret that was exchanged never comes back. Put ${was} there again, or ${(was ?? 0) + 1} for a new one.`
        : `${path} is ${is}, and was ${was ?? 0}: what uses a secret is moved from each to the next, so it goes up by one at a time. Put ${(was ?? 0) + 1} there.`,
    ];
  });
}

const provider: pulumi.dynamic.ResourceProvider<GuardInputs, GuardInputs> = {
  check: (olds, news) => Promise.resolve({ inputs: news, failures: refusals(olds, news).map((reason) => ({ property: "counters", reason })) }),
  diff: (_id, olds, news) => Promise.resolve({ changes: JSON.stringify(olds.counters) !== JSON.stringify(news.counters) }),
  create: (inputs) => Promise.resolve({ id: "rotations", outs: inputs }),
  update: (_id, _olds, news) => Promise.resolve({ outs: news }),
};

/** Refuses, at the preview already, a counter that goes down or jumps. */
export class RotationGuard extends pulumi.dynamic.Resource {
  constructor(name: string, inputs: GuardInputs, opts: pulumi.CustomResourceOptions) {
    super(provider, name, { ...inputs }, opts, "stackbook", "RotationGuard");
  }
}

/** Resolves when this update may go on: there is nothing to guard while no secret was ever exchanged. */
export async function guardCounters(stack: StackConfig, tasks: pulumi.ProviderResource): Promise<void> {
  const places = ["edge.rotations", "monitoring.rotations", ...stack.systems.map(({ spec }) => `systems.${spec.id}.rotations`)];
  const of = (place: string, rotations: Readonly<Record<string, number>> = {}): [string, number][] => Object.entries(rotations).map(([name, count]) => [`${place}.${name}`, count]);
  const counters = [
    ...of("edge.rotations", stack.edge.rotations),
    ...of("monitoring.rotations", stack.monitoring.rotations),
    ...stack.systems.flatMap(({ rotations, spec }) => of(`systems.${spec.id}.rotations`, rotations)),
  ].sort(([a], [b]) => (a < b ? -1 : 1));
  if (counters.length === 0) return;
  const guard = new RotationGuard("rotations", { counters: Object.fromEntries(counters), places }, { provider: tasks });
  // A preview goes on meanwhile: it touches nothing, and is refused as well.
  if (!pulumi.runtime.isDryRun()) await new Promise<void>((resolve) => guard.id.apply(() => resolve()));
}
