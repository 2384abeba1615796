import type { ReleaseRecord } from "../../releases/record";
import type { ServiceName, SystemId } from "../../systems";
import { applyEdits, describeEdits } from "../rollback/plan";
import { settingsAsRecorded } from "../rollback/settings";
import { besideOf, putBeside, removeBeside, systemPath } from "../slots";
import type { StackFile } from "../stackFile";
import type { DeployRequest } from "./options";

const services = ["backend", "frontend"] as const satisfies readonly ServiceName[];

export type Images = Readonly<Partial<Record<ServiceName, string>>>;

/** What the command line asks for, into the stack file. @returns what else became of it, for people */
export function writeRequest(file: StackFile, request: DeployRequest, images: Images, current: ReleaseRecord | undefined): string[] {
  const { gradual, irreversible, system, version = "" } = request;
  const notes = [...takePinOut(file), ...writeMigration(file, system, irreversible, current)];
  const held = besideOf(file, system);
  if (held !== undefined) notes.push(`${held.version}, which was kept warm, is taken away`);
  if (gradual === undefined) {
    removeBeside(file, system);
    file.set(systemPath(system, "version"), version);
    for (const service of services) if (images[service] !== undefined) file.set(systemPath(system, "services", service, "image"), images[service]);
  } else {
    putBeside(file, system, version, gradual.percents[0] ?? 100, images);
  }
  return notes;
}

/** After a rollback of code the program was another commit's; a deploy goes forward with this one. */
function takePinOut(file: StackFile): string[] {
  const pinned = file.get(["pinned"]);
  if (pinned === undefined) return [];
  file.set(["pinned"], undefined);
  return [`the stack is pinned to the program of commit ${JSON.stringify(pinned).replaceAll('"', "").slice(0, 12)}, to which a rollback brought it back: this deploy takes the pin out, and the program of this working copy runs again`];
}

/** The mark belongs to one version: what an earlier deploy left is taken out, what was set for this one stays. */
function writeMigration(file: StackFile, system: SystemId, irreversible: boolean, current: ReleaseRecord | undefined): string[] {
  const path = systemPath(system, "migration", "irreversible");
  if (irreversible) {
    file.set(path, true);
    return [];
  }
  const ofCurrent = current?.systems[system]?.migration?.irreversible === true;
  if (file.get(path) !== true || !ofCurrent) return [];
  file.set(path, undefined);
  return ["the mark migration.irreversible was of the version that runs; it is taken out (--irreversible sets it for this one)"];
}

export function isIrreversible(file: StackFile, system: SystemId): boolean {
  return file.get(systemPath(system, "migration", "irreversible")) === true;
}

export interface Settled {
  /** The stack file's text as it was when what runs came to run. */
  readonly text: string;
  /** What was edited since, for people; empty: nothing. */
  readonly edits: readonly string[];
}

/**
 * To what a deploy goes back: the settings of the last release, and not whatever the stack file says by now. People edit it,
 * and an update that was cut off leaves a version in it that never ran. The file itself stays.
 */
export function settled(file: StackFile, release: ReleaseRecord | undefined): Settled {
  const present = file.text();
  const edits = release === undefined ? [] : settingsAsRecorded(file.all(), release).filter(({ path }) => path[0] !== "stackbook:sequence");
  if (edits.length === 0) return { text: present, edits: [] };
  applyEdits(file, edits);
  const text = file.text();
  file.putBack(present);
  return { text, edits: describeEdits(edits.map(({ from, path, to }) => ({ path, from: to, to: from }))) };
}
