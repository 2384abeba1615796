import type { Stack } from "../stack";

interface Resource {
  readonly urn: string;
  readonly outputs?: unknown;
}

/**
 * Whether a system's migration runs between now and when the answer is asked for: a Task that went through is in the
 * state with what it ran, one that failed leaves what was there before.
 */
export async function hasMigrated({ cli }: Pick<Stack, "cli">, system: string): Promise<() => Promise<boolean>> {
  const read = async (): Promise<string> => {
    const { deployment } = JSON.parse(await cli.run(["stack", "export"])) as { readonly deployment?: { readonly resources?: readonly Resource[] } };
    const tasks = (deployment?.resources ?? []).filter(({ urn }) => new RegExp(`::${system}-migration(-[ab])?$`).test(urn));
    return JSON.stringify(tasks.map(({ outputs, urn }) => [urn, outputs]));
  };
  const before = await read();
  return async () => (await read()) !== before;
}
