import type { ReleaseOutputs, ReleaseRecord } from "../../releases/record";
import type { StackCli } from "../pulumi";
import type { StackOutputs } from "../stack";
import type { Update } from "./types";

/** An entry of `pulumi stack history --json`, as far as it is looked at. */
export interface HistoryEntry {
  readonly kind: string;
  readonly startTime: string;
  readonly endTime?: string;
  readonly message?: string;
  readonly result: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly resourceChanges?: Readonly<Record<string, number>>;
}

/** The newest updates of a stack, newest first. @param limit how many, 1 or more; undefined: all */
export async function readUpdates(cli: StackCli, outputs: StackOutputs, limit: number | undefined): Promise<readonly Update[]> {
  const entries = JSON.parse(await cli.run(["stack", "history", "--json", "--page-size", String(limit ?? 0)])) as readonly HistoryEntry[];
  return joinUpdates(entries, outputs);
}

/**
 * Pulumi's history has who began what and how it ended; the stack's own record has what an update that went through made.
 * They meet in time: a release is recorded between the beginning and the end of its update.
 */
export function joinUpdates(entries: readonly HistoryEntry[], { release, releases = [] }: ReleaseOutputs): readonly Update[] {
  // Stacks of before there was a record have something else under this name.
  const records = [...(release === undefined ? [] : [release]), ...releases].filter(({ at, number }) => typeof at === "string" && typeof number === "number");
  return entries.map((entry): Update => {
    const record = records.find((candidate) => recordedDuring(candidate, entry));
    const before = record === undefined ? undefined : records.find(({ number }) => number === record.number - 1);
    const { what, who, why } = wordsOf(entry, record);
    return {
      release: record?.number, kind: entry.kind, startedAt: new Date(entry.startTime), endedAt: entry.endTime === undefined || isOpen(entry) ? undefined : new Date(entry.endTime),
      result: entry.result, what, who, why,
      versions: record === undefined ? [] : versionChanges(before, record),
      changes: Object.fromEntries(Object.entries(entry.resourceChanges ?? {}).filter(([kind, number]) => kind !== "same" && number > 0)),
      commit: record?.commit ?? entry.environment?.["git.head"], dirty: record?.dirty ?? entry.environment?.["git.dirty"] === "true",
    };
  });
}

function isOpen({ result }: HistoryEntry): boolean {
  return result === "in-progress" || result === "not-started";
}

/** The history tells whole seconds. */
function recordedDuring({ at }: ReleaseRecord, { endTime, startTime }: HistoryEntry): boolean {
  const moment = Date.parse(at);
  return moment >= Date.parse(startTime) && (endTime === undefined || moment < Date.parse(endTime) + 1000);
}

/** `deploy motel 2.0.0 (by ana@desk): new prices`: what commands write as an update's message. */
const messageForm = /^(?<what>.+?) \(by (?<who>[^)]+)\)(?:: (?<why>.+))?$/;

function wordsOf({ environment, message: whole = "" }: HistoryEntry, record: ReleaseRecord | undefined): Pick<Update, "what" | "who" | "why"> {
  // Of a commit's message only its subject is for a line.
  const [message = ""] = whole.split("\n");
  const said = messageForm.exec(message)?.groups;
  if (said !== undefined) return { what: said["what"] ?? message, who: said["who"], why: said["why"] ?? record?.operation.why };
  // A plain `pulumi up` has the subject of the last commit for its message.
  const author = environment?.["git.author"];
  if (record !== undefined && record.operation.command !== "pulumi up") return { what: record.operation.what, who: record.operation.who, why: record.operation.why };
  return { what: message === "" ? "pulumi up" : message, who: record?.operation.who ?? author, why: undefined };
}

/** @param before undefined: the record reaches no further, so what it changed is not known */
export function versionChanges(before: ReleaseRecord | undefined, now: ReleaseRecord): string[] {
  const ids = [...new Set([...Object.keys(before?.systems ?? {}), ...Object.keys(now.systems)])].sort();
  const versionOf = (record: ReleaseRecord | undefined, id: string): string | undefined => Object.entries(record?.systems ?? {}).find(([known]) => known === id)?.[1]?.version;
  return ids.flatMap((id) => {
    const [was, is] = [versionOf(before, id), versionOf(now, id)];
    if (was === is) return [];
    if (before === undefined && now.number > 1) return [];
    return [was === undefined ? `${id} ${is ?? ""}` : is === undefined ? `${id} ${was} stopped` : `${id} ${was} -> ${is}`];
  });
}
