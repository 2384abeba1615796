import { formatNetwork, readNetwork } from "../../config/addresses";
import { checkInstant } from "../../config/instants";
import { Problem } from "../problem";
import type { KeyPath, StackFile } from "../stackFile";

/** Closed times, and blocked addresses, as the stack file has them. */

/** A system's id, or all of them. */
export type Place = string;

export interface FileWindow {
  readonly from?: string;
  readonly until?: string;
  readonly message?: string;
  readonly by?: string;
  readonly why?: string;
}

export interface FileBlock {
  readonly address: string;
  readonly until?: string;
  readonly by?: string;
  readonly why?: string;
}

type File = Pick<StackFile, "get" | "set" | "path">;
type ReadFile = Pick<StackFile, "get" | "path">;

export type Phase = "open" | "planned" | "over";

export function phaseOf({ from, until }: Pick<FileWindow, "from" | "until">, now: Date): Phase {
  if (until !== undefined && now >= new Date(until)) return "over";
  return from === undefined || now >= new Date(from) ? "open" : "planned";
}

const pathOf = (place: Place): KeyPath => (place === "all" ? ["maintenance"] : ["systems", place, "maintenance"]);

/** @throws Problem where a person wrote what is no list of windows */
export function windowsAt(file: ReadFile, place: Place): FileWindow[] {
  return readList(file, pathOf(place), isWindow);
}

export function setWindows(file: File, place: Place, windows: readonly FileWindow[]): void {
  const sorted = [...windows].sort((a, b) => Date.parse(a.from ?? "2000-01-01") - Date.parse(b.from ?? "2000-01-01"));
  file.set(pathOf(place), sorted.length === 0 ? undefined : sorted.map(trimmed));
}

/** Every place that has windows, with them. */
export function allWindows(file: ReadFile): { readonly place: Place; readonly windows: readonly FileWindow[] }[] {
  const systems = file.get(["systems"]);
  return ["all", ...(isMap(systems) ? Object.keys(systems) : [])].map((place) => ({ place, windows: windowsAt(file, place) })).filter(({ windows }) => windows.length > 0);
}

const blocked: KeyPath = ["edge", "blocked"];

/** @throws Problem where a person wrote what is no list of addresses */
export function blocksOf(file: ReadFile): FileBlock[] {
  return readList(file, blocked, (entry): entry is string | FileBlock => isAddress(entry) || isBlock(entry)).map((entry) => (typeof entry === "string" ? { address: entry } : entry));
}

/** What has no end and no reason stays the plain text that a person writes. */
export function setBlocks(file: File, blocks: readonly FileBlock[]): void {
  file.set(blocked, blocks.length === 0 ? undefined : blocks.map((block) => (Object.keys(trimmed(block)).length === 1 ? block.address : trimmed(block))));
}

/** Operators' networks. */
export function bypassOf(file: ReadFile): string[] {
  return readList(file, ["edge", "bypass"], isAddress);
}

/** Takes out what is over, everywhere, and says what it was. */
export function tidy(file: File, now: Date): string[] {
  const over: string[] = [];
  for (const { place, windows } of allWindows(file)) {
    const kept = windows.filter((window) => phaseOf(window, now) !== "over");
    if (kept.length === windows.length) continue;
    over.push(`maintenance of ${place === "all" ? "all systems" : place} that ended (${windows.filter((window) => !kept.includes(window)).map(({ until = "" }) => until).join(", ")})`);
    setWindows(file, place, kept);
  }
  const blocks = blocksOf(file);
  const kept = blocks.filter(({ until }) => until === undefined || now < new Date(until));
  if (kept.length < blocks.length) {
    over.push(`blocks that ended (${blocks.filter((block) => !kept.includes(block)).map(({ address }) => address).join(", ")})`);
    setBlocks(file, kept);
  }
  return over;
}

function readList<T>(file: ReadFile, path: KeyPath, isEntry: (entry: unknown) => entry is T): T[] {
  const list = file.get(path);
  if (list === undefined || list === null) return [];
  if (Array.isArray(list) && list.every(isEntry)) return list;
  throw new Problem(`stackbook:${path.join(".")} in ${file.path} can't be read`, ["`pulumi preview` says what is wrong with it and what to write."]);
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const isInstant = (value: unknown): boolean => value === undefined || (typeof value === "string" && checkInstant(value) === true);
const isWord = (value: unknown): boolean => value === undefined || typeof value === "string";

function isWindow(entry: unknown): entry is FileWindow {
  return isMap(entry) && isInstant(entry["from"]) && isInstant(entry["until"]) && isWord(entry["message"]) && isWord(entry["by"]) && isWord(entry["why"]);
}

function isAddress(value: unknown): value is string {
  const network = typeof value === "string" ? readNetwork(value) : undefined;
  return network !== undefined && !("fix" in network);
}

function isBlock(entry: unknown): entry is FileBlock {
  return isMap(entry) && isAddress(entry["address"]) && isInstant(entry["until"]) && isWord(entry["by"]) && isWord(entry["why"]);
}

/** Without what was left out. */
function trimmed(entry: FileWindow | FileBlock): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(entry).flatMap(([name, value]: [string, unknown]) => (typeof value === "string" ? [[name, value]] : [])));
}

/** As everybody writes it. */
export function networkName(text: string): string {
  const network = readNetwork(text);
  return network === undefined || "fix" in network ? text : formatNetwork(network);
}
