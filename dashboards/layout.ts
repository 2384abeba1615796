import type { Panel, Row } from "./model";

/** Columns of Grafana's grid. */
export const gridWidth = 24;

export interface Place {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export interface PlacedRow {
  readonly title: string;
  readonly place: Place;
  readonly panels: readonly { readonly panel: Panel; readonly place: Place }[];
}

export function sizeOf(panel: Panel): { readonly w: number; readonly h: number } {
  return { w: panel.width ?? 8, h: panel.height ?? (panel.kind === "stat" ? 4 : 8) };
}

/** Panels from left to right, and on to the next line where one does not fit any more. */
export function layOut(rows: readonly Row[]): readonly PlacedRow[] {
  let y = 0;
  return rows.map((row) => {
    const header: Place = { x: 0, y, w: gridWidth, h: 1 };
    y += 1;
    let x = 0;
    let tallest = 0;
    const panels = row.panels.map((panel) => {
      const { w, h } = sizeOf(panel);
      if (x + w > gridWidth) {
        y += tallest;
        x = 0;
        tallest = 0;
      }
      const place: Place = { x, y, w, h };
      x += w;
      tallest = Math.max(tallest, h);
      return { panel, place };
    });
    y += tallest;
    return { title: row.title, place: header, panels };
  });
}
