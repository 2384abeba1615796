import type { Context } from "../commands/types";
import type { Engine } from "../engine";
import { shortName, stackContainers } from "../stackContainers";

/**
 * Between the stop and the update that records it, whose rules know that the system is down on purpose, Alertmanager
 * would page for every part of it. Alerts of security are sent as ever.
 */
export interface Quiet {
  readonly stack: string;
  readonly systems: readonly string[];
}

/** After the longest wait for another update, what this one's own may take. */
const updateSeconds = 1800;
const amtool = ["amtool", "--alertmanager.url=http://localhost:9093", "silence"] as const;
const commentOf = (system: string): string => `emergency stop of ${system}`;

/** That nobody could be kept from being paged holds up no stop; it is said. A stack without monitoring pages nobody. */
export async function beginSilences(engine: Engine, { stack, systems }: Quiet, waitSeconds: number, { say, who }: Pick<Context, "say" | "who">): Promise<void> {
  await quietly(say, "alerts of what was stopped may be sent until this is recorded", async () => {
    const container = await alertmanagerOf(engine, stack);
    if (container === undefined) return;
    for (const system of systems) {
      const added = await engine.exec(container, [...amtool, "add", `--author=${who}`, `--comment=${commentOf(system)}`, `--duration=${Math.ceil(waitSeconds + updateSeconds)}s`, `system="${system}"`, 'class!="security"'], "");
      if (added.code !== 0) throw new Error(`${container}: ${(added.err || added.out).trim()}`);
    }
  });
}

/** Once the stack's own rules say it, or the system runs again. */
export async function endSilences(engine: Engine, { stack, systems }: Quiet, say: Context["say"]): Promise<void> {
  await quietly(say, "alerts of the system stay silent until that runs out", async () => {
    const container = await alertmanagerOf(engine, stack);
    if (container === undefined) return;
    const { code, err, out } = await engine.exec(container, [...amtool, "query", "--output=json"], "");
    if (code !== 0) throw new Error(`${container}: ${err.trim()}`);
    const comments = systems.map(commentOf);
    const ours = (JSON.parse(out.trim() || "[]") as readonly { readonly id: string; readonly comment: string }[]).filter(({ comment }) => comments.includes(comment));
    if (ours.length === 0) return;
    const ended = await engine.exec(container, [...amtool, "expire", ...ours.map(({ id }) => id)], "");
    if (ended.code !== 0) throw new Error(`${container}: ${ended.err.trim()}`);
  });
}

async function alertmanagerOf(engine: Engine, stack: string): Promise<string | undefined> {
  const found = await stackContainers({ name: shortName(stack) }, engine, { system: "stack", service: "alertmanager", all: false });
  return found[0]?.name;
}

async function quietly(say: Context["say"], otherwise: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    say(`Alertmanager could not be told, so ${otherwise}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
