import { string } from "../bridge/spec";
import { bags, word, type Value } from "../rpc/values";

/** Docker has a map of labels, the plugin's inputs a set of pairs. */
export const labelFields = { label: string({ required: true }), value: string({ required: true }) };

export function labelMap(labels: Value | undefined): Record<string, string> {
  return Object.fromEntries(bags(labels).map(({ label, value }) => [word(label), word(value)]));
}

export function labelSet(labels: Record<string, string> | null | undefined): { label: string; value: string }[] {
  return Object.entries(labels ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([label, value]) => ({ label, value }));
}
