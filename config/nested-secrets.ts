/**
 * The keys of a stack file that have an encrypted value anywhere inside. Pulumi (seen in 3.170) hands
 * a program such maps decrypted and unmarked, so that a secret would pass for a plain setting; the
 * file itself still says. A reading of lines, not of YAML: it knows the two ways Pulumi and people
 * write `secure:`, and what it misses is where it was without it.
 */
export function keysHoldingSecrets(stackFile: string): string[] {
  const keys = new Set<string>();
  let current: { readonly key: string; readonly indent: number } | undefined;
  for (const line of stackFile.split(/\r?\n/)) {
    const start = /^(\s+)(["']?)([\w-]+:[\w.-]+)\2\s*:(?:\s|$)/.exec(line);
    const indent = start?.[1]?.length ?? 0;
    if (start?.[3] !== undefined && (current === undefined || indent <= current.indent)) current = { key: start[3], indent };
    if (current !== undefined && /(?:^|[\s{,])["']?secure["']?\s*:\s+["']?[^\s"'{}]{16,}/.test(line)) keys.add(current.key);
  }
  return [...keys];
}
