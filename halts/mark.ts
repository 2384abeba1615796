import { ownerLabels, type Hands, type Owner, type Restart } from "./hands";

/**
 * A mark on the engine says that a system was stopped in an emergency: at once and to everybody, when the stack file
 * can't say so yet because an update is at work on it. It is a volume without content, whose labels are the mark: nothing
 * that runs, nothing of the data, and there after a restart of the engine.
 */
export interface Mark extends Halt {
  /** `resuming`: the system may be started again, whatever the stack's record says. */
  readonly stage: "halted" | "resuming";
  /** What was disconnected, to be connected again. */
  readonly cuts: readonly Cut[];
}

export interface Halt {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly by: string;
  readonly why?: string;
  /** Cut off from every network, and left running. */
  readonly isolated: boolean;
}

export interface Cut {
  readonly container: string;
  readonly networks: readonly { readonly name: string; readonly aliases: readonly string[] }[];
  /** Policy that it had: while it is cut off the engine must not start it, as that would connect it somewhere. */
  readonly restart: Restart;
}

export function markFilter(stack: string, system?: string): Record<string, string> {
  return { "stackbook.stack": stack, ...(system === undefined ? {} : { "stackbook.system": system }), "stackbook.role": "halt" };
}

interface Found {
  readonly volume: string;
  readonly system: string;
  readonly writtenAt: string;
  readonly mark: Mark;
}

async function found(hands: Pick<Hands, "volumes">, filter: Readonly<Record<string, string>>): Promise<Found[]> {
  const volumes = await hands.volumes(filter);
  return volumes.flatMap(({ labels, name }) => {
    const mark = parseMark(labels["stackbook.halt"]);
    return mark === undefined ? [] : [{ volume: name, system: labels["stackbook.system"] ?? "", writtenAt: labels["stackbook.written"] ?? "", mark }];
  });
}

function parseMark(text: string | undefined): Mark | undefined {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as Mark);
  } catch {
    // Somebody else's volume with a label of this name.
    return undefined;
  }
}

/** By system; a mark that is being replaced may be there twice, and the newer one counts. */
export async function marksOf(hands: Pick<Hands, "volumes">, stack: string, system?: string): Promise<Readonly<Record<string, Mark>>> {
  const all = await found(hands, markFilter(stack, system));
  const byAge = [...all].sort((a, b) => (a.writtenAt < b.writtenAt ? -1 : 1));
  return Object.fromEntries(byAge.map((entry) => [entry.system, entry.mark]));
}

/** Labels can't be changed, so a new mark is made before the old one goes. */
export async function writeMark(hands: Pick<Hands, "volumes" | "createVolume" | "removeVolume">, owner: Owner, mark: Mark, now: Date): Promise<void> {
  const before = await found(hands, markFilter(owner.stack, owner.system));
  const newest = before.reduce((latest, { writtenAt }) => (writtenAt > latest ? writtenAt : latest), "");
  // Clocks of two machines may differ: a new mark is always the newer one.
  const written = now.toISOString() > newest ? now.toISOString() : new Date(Date.parse(newest) + 1).toISOString();
  const name = `stackbook-${owner.stack}-${owner.system}-halt-${written.replace(/[^0-9]/g, "")}`;
  await hands.createVolume(name, { ...ownerLabels(owner), "stackbook.service": "halt", "stackbook.role": "halt", "stackbook.written": written, "stackbook.halt": JSON.stringify(mark) });
  for (const { volume } of before) await hands.removeVolume(volume);
}

export async function removeMarks(hands: Pick<Hands, "volumes" | "removeVolume">, { stack, system }: Owner): Promise<void> {
  for (const { volume } of await found(hands, markFilter(stack, system))) await hands.removeVolume(volume);
}

/** "since 2026-11-21T08:00:00Z by ops@host (suspected breach)" */
export function haltText({ at, by, why }: Pick<Halt, "at" | "by" | "why">): string {
  return `since ${at} by ${by}${why === undefined ? "" : ` (${why})`}`;
}
