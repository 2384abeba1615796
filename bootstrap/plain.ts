/** Pulumi gives maps, lists and switches as JSON, and text as it is; what looks like a number (an account's) is text. */
export function plain(value: string): unknown {
  try {
    const parsed: unknown = JSON.parse(value);
    return typeof parsed === "number" ? value : parsed;
  } catch {
    return value;
  }
}
