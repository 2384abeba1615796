import type { Screen } from "./commands/types";

export type Colour = "red" | "yellow" | "green" | "blue" | "cyan" | "magenta" | "dim" | "bold";

const codes: Readonly<Record<Colour, string>> = { red: "1;31", yellow: "33", green: "32", blue: "34", cyan: "36", magenta: "35", dim: "2", bold: "1" };

export type Paint = (colour: Colour, text: string) => string;

/** Colours where the screen has them, plain text elsewhere. */
export function painter({ colours }: Pick<Screen, "colours">): Paint {
  return colours ? (colour, text) => (text === "" ? "" : `\x1b[${codes[colour]}m${text}\x1b[0m`) : (_, text) => text;
}

const painted = /\x1b\[[0-9;]*m/g;

/** As wide as it is on a screen. */
export function width(text: string): number {
  return [...text.replace(painted, "")].length;
}

/** Columns as wide as their widest cell; those of `right` have their figures under one another. */
export function columns(rows: readonly (readonly string[])[], right: readonly number[] = []): string[] {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, at) => (widths[at] = Math.max(widths[at] ?? 0, width(cell))));
  return rows.map((row) =>
    row
      .map((cell, at) => {
        const room = " ".repeat((widths[at] ?? 0) - width(cell));
        return right.includes(at) ? room + cell : cell + room;
      })
      .join("  ")
      .trimEnd(),
  );
}

/** Cuts plain text that a line has no room for. @param room undefined: all of it */
export function fit(text: string, room: number | undefined): string {
  if (room === undefined || text.length <= room) return text;
  return room <= 3 ? text.slice(0, Math.max(0, room)) : `${text.slice(0, room - 3)}...`;
}
