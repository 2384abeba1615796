import { later, type Props } from "./rule";

/**
 * A resource's inputs as the engine gives them to a policy: reading a value that a preview can't know throws. Here it
 * becomes `later`, so that a rule sees all that is known, and a preview isn't full of notes on what couldn't be looked at.
 */
export function known(props: Props): Props {
  const out: Record<string, unknown> = {};
  for (const name of Object.keys(props)) {
    // Code of dynamic providers: 25 KiB each, and nobody's setting.
    if (name !== "__provider" && name !== "__defaults") out[name] = read(() => props[name]);
  }
  return out;
}

function read(get: () => unknown): unknown {
  let value: unknown;
  try {
    value = get();
  } catch (error) {
    if (isUnknown(error)) return later;
    throw error;
  }
  if (Array.isArray(value)) {
    const list = value as readonly unknown[];
    return Array.from({ length: list.length }, (_, index) => read(() => list[index]));
  }
  if (typeof value !== "object" || value === null) return value;
  // Assets and archives come as objects of their own; what is in them is no setting.
  return known(value as Props);
}

/** @pulumi/policy throws it, and exports it not. */
const isUnknown = (error: unknown): boolean => error instanceof Error && "unknownTypeSentinel" in error;
