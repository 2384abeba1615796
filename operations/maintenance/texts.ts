import { formatDuration } from "../duration";
import { momentText } from "./times";
import { phaseOf, type FileBlock, type FileWindow } from "./windows";

/** What people read of windows. */

/** `until Sunday 2026-11-22 04:00 (UTC)`, or for how long nobody knows. */
export function endText({ until }: Pick<FileWindow, "until">, timeZone: string): string {
  return until === undefined ? "until further notice" : `until ${momentText(new Date(until), timeZone)}`;
}

export function periodText(window: Pick<FileWindow, "from" | "until">, timeZone: string): string {
  return `${window.from === undefined ? "" : `from ${momentText(new Date(window.from), timeZone)} `}${endText(window, timeZone)}`;
}

/** A line for a list. */
export function windowLine(window: FileWindow, timeZone: string, now: Date): string {
  const phase = phaseOf(window, now);
  const ahead = window.from === undefined ? 0 : (new Date(window.from).getTime() - now.getTime()) / 1000;
  const state = phase === "open" ? "ON" : phase === "over" ? "over" : `in ${formatDuration(ahead)}`;
  return `${state.padEnd(12)}  ${periodText(window, timeZone)}${detail(window)}${window.message === undefined ? "" : `\n${" ".repeat(16)}visitors read: ${window.message}`}`;
}

export function blockLine(block: FileBlock, timeZone: string): string {
  return `${block.address.padEnd(24)}  ${block.until === undefined ? "for good" : endText(block, timeZone)}${detail(block)}`;
}

function detail({ by, why }: { readonly by?: string; readonly why?: string }): string {
  const words = [...(by === undefined ? [] : [`by ${by}`]), ...(why === undefined ? [] : [why])];
  return words.length === 0 ? "" : `; ${words.join(": ")}`;
}
