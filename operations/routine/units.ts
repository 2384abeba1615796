import { size } from "../backups/texts";
import type { Figure, FigureUnit } from "./types";

/** A figure's value for people. */
export function valueText(value: number, unit: FigureUnit): string {
  switch (unit) {
    case "seconds":
      return value < 1 ? `${plain(value * 1000)} ms` : value < 120 ? `${plain(value)} s` : `${plain(value / 60)} min`;
    case "share":
      return `${percent(value)} %`;
    case "bytes":
      return signed(value, size);
    case "bytesPerDay":
      return `${signed(value, size)} a day`;
    case "count":
      return plain(value);
    case "perSecond":
      return `${plain(value)} a second`;
    case "hours":
      return value < 1 / 60 ? `${plain(value * 3600)} s` : value < 1 ? `${plain(value * 60)} min` : value < 48 ? `${plain(value)} h` : `${plain(value / 24)} days`;
    case "days":
      return value >= 3650 ? "more than ten years" : `${plain(value)} days`;
    case "times":
      return `${plain(value)} times`;
  }
}

export function figureText({ name, unit, value, limit }: Figure): string {
  return `${name} ${valueText(value, unit)}${limit === undefined ? "" : ` (limit ${valueText(limit, unit)})`}`;
}

/** True when it has reached its limit in the direction that is worse. */
export function isBeyond({ limit, value, worse }: Figure): boolean {
  if (limit === undefined || worse === undefined) return false;
  return worse === "up" ? value > limit : value < limit;
}

/** 24 -> "24 h", 168 -> "7 days". */
export const periodText = (hours: number): string => (hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`);

/** Three digits are what a person compares. */
export function plain(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size < 1) return String(Number(value.toPrecision(2)));
  return String(Number(value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2)));
}

/** Never rounded up to a hundred: 99.996 is not 100. Of next to nothing, nobody wants the digits. */
function percent(share: number): string {
  const value = share * 100;
  if (value > 0 && value < 0.001) return "under 0.001";
  if (value > 99 && value < 100) return (Math.floor(value * 1000) / 1000).toString();
  return plain(value);
}

function signed(value: number, text: (bytes: number) => string): string {
  return value < 0 ? `-${text(-value)}` : text(Math.round(value));
}
