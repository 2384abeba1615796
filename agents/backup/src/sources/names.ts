import { createHash } from "node:crypto";

/** Of a restore's id, whatever characters it has: what names beside the live ones are made of. */
export function shortId(id: string): string {
  return createHash("sha256").update(id).digest("hex").slice(0, 8);
}

/** "16.14" is newer than "16.3"; only the first `parts` numbers count. */
export function newer(version: string, than: string, parts: number): boolean {
  const numbers = (text: string): number[] => (/\d+(?:\.\d+)*/.exec(text)?.[0] ?? "0").split(".").map(Number).slice(0, parts);
  const [left, right] = [numbers(version), numbers(than)];
  for (let i = 0; i < parts; i += 1) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return false;
}

export function gibibytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(bytes < 2 ** 30 ? 2 : 1)} GiB`;
}
