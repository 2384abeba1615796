type Environment = Readonly<Record<string, string | undefined>>;

/** A number of a container's environment; one that is out of range is told to `problems`, and the fallback stands in for it. */
export function numberOf(env: Environment, name: string, { fallback, least, most }: { readonly fallback: number; readonly least: number; readonly most: number }, problems: string[]): number {
  const given = env[name];
  if (given === undefined || given === "") return fallback;
  const value = Number(given);
  if (Number.isFinite(value) && value >= least && value <= most) return value;
  problems.push(`${name} is ${given}: give a number from ${least} to ${most}`);
  return fallback;
}
