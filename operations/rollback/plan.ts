import { stringify } from "yaml";
import type { ReleaseRecord } from "../../releases/record";
import { age } from "../backups/texts";
import type { Engine } from "../engine";
import { Problem } from "../problem";
import type { StackFile } from "../stackFile";
import { irreversibleSince, of, type History } from "./choose";
import { changes, settingsOf, stackEdits, systemEdit, type Edit, type RollbackForm } from "./settings";

export interface Wanted {
  /** undefined: the whole stack. */
  readonly system: string | undefined;
  readonly form: RollbackForm;
  readonly target: ReleaseRecord;
}

/** What becomes of the stack file; none: it says so already. */
export function planEdits(file: StackFile, { form, system, target }: Wanted): Edit[] {
  const [today, then] = [file.all(), settingsOf(target)];
  if (system === undefined) return stackEdits(today, then);
  const edit = systemEdit(system, form, today, then);
  if (edit === undefined) throw new Problem(`release ${target.number} has no system ${system}`, [`It had ${Object.keys(target.systems).join(", ")}.`]);
  return changes(edit) ? [edit] : [];
}

export function applyEdits(file: StackFile, edits: readonly Edit[]): void {
  for (const { path: [key = "", ...inside], from, to } of edits) {
    const [name, ...rest] = key.startsWith("stackbook:") ? [key.slice("stackbook:".length), ...inside] : [];
    if (name === undefined) file.setKey(key, to);
    else writeDifference(file, [name, ...rest], from, to);
  }
}

/** Only what differs is written, so that comments beside the rest stay. */
function writeDifference(file: StackFile, path: readonly [string, ...string[]], from: unknown, to: unknown): void {
  if (!isMap(from) || !isMap(to)) return file.set(path, to);
  for (const name of new Set([...Object.keys(from), ...Object.keys(to)])) {
    if (JSON.stringify(from[name]) !== JSON.stringify(to[name])) writeDifference(file, [...path, name], from[name], to[name]);
  }
}

/** For people, as in a difference of files. */
export function describeEdits(edits: readonly Edit[]): string[] {
  if (edits.length === 0) return ["  the stack file says so already"];
  return edits.flatMap(({ from, path, to }) => [`  ${path.join(".").replace("stackbook:systems.", "").replace("stackbook:", "")}`, ...linesBetween(from, to)]);
}

function linesBetween(from: unknown, to: unknown): string[] {
  const [before, after] = [from, to].map((value) => (value === undefined ? [] : stringify(value, { lineWidth: 0 }).trimEnd().split("\n")));
  const gone = (before ?? []).filter((line) => after?.includes(line) !== true).map((line) => `    - ${line}`);
  const come = (after ?? []).filter((line) => before?.includes(line) !== true).map((line) => `    + ${line}`);
  return [...gone, ...come];
}

/**
 * All that stands in the way of going back, before anything is touched.
 * @throws Problem with every one of them
 */
export async function checkWay({ form, system, target }: Wanted, history: History, engine: Engine, { hasData }: { /** The data of that time comes back with it. */ readonly hasData: boolean }): Promise<void> {
  const problems: string[] = [];
  const systems = system === undefined ? Object.keys(target.systems) : [system];
  if (form !== "config") {
    for (const id of systems) problems.push(...(await missingImages(target, id, engine)));
    if (!hasData) for (const id of systems) problems.push(...irreversible(target, history, id));
  }
  if (problems.length > 0) throw new Problem(`release ${target.number} can't be brought back; nothing was touched:`, problems);
}

/** Those that were built here are on the engine or can be built again; a registry's must be on the engine, or be had. */
async function missingImages(target: ReleaseRecord, system: string, engine: Engine): Promise<string[]> {
  const images = Object.entries(of(target, system)?.images ?? {});
  const missing: string[] = [];
  for (const [service, reference] of images) {
    if (isBuiltHere(reference) || (await engine.image(reference)) !== undefined) continue;
    const had = await engine.registryDigest(reference).then(() => true, () => false);
    if (!had) missing.push(`The image of ${system}'s ${service}, ${reference}, is neither on the engine nor to be had from its registry: push it there again, or choose another release.`);
  }
  return missing;
}

export function isBuiltHere(reference: string): boolean {
  return /^stackbook-[^/]+\//.test(reference) || reference.startsWith("sha256:");
}

function irreversible(target: ReleaseRecord, history: History, system: string): string[] {
  return irreversibleSince(history, target, system).map((record) => {
    const released = of(record, system);
    const data = released?.backup === undefined ? `npx stackbook backups list ${system} --tier deploy` : `npx stackbook rollback ${system} --to ${target.number} --data ${released.backup}`;
    return `The migration of ${system} ${released?.version ?? ""} (release ${record.number}) can't be undone: the code of release ${target.number} does not know its data. Bring the data back as well, from before it: ${data}; or go forward with a repair.`;
  });
}

/** What a choice between releases is made by. */
export function describeRelease(record: ReleaseRecord, system: string | undefined, now: Date): string {
  const versions = Object.entries(record.systems).filter(([id]) => system === undefined || id === system).map(([id, { version }]) => `${id} ${version}`);
  return `release ${record.number}: ${versions.join(", ")}, ${age((now.getTime() - Date.parse(record.at)) / 1000)} ago, ${record.operation.what} by ${record.operation.who}${record.operation.why === undefined ? "" : ` (${record.operation.why})`}`;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
