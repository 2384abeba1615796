import type { Container } from "../engine";
import type { Stack } from "../stack";

interface Exported {
  readonly deployment?: { readonly resources?: readonly { readonly type: string; readonly inputs?: { readonly name?: unknown }; readonly outputs?: { readonly imageId?: unknown } }[] };
}

/**
 * The references that containers were made from, as the stack pins them: a container knows an image that was pulled by its
 * content alone, and its tag is in the stack's state.
 */
export async function imageReferences({ cli }: Pick<Stack, "cli">, containers: readonly Pick<Container, "image">[]): Promise<readonly string[]> {
  return referencesIn(JSON.parse(await cli.run(["stack", "export"])) as Exported, containers);
}

export function referencesIn({ deployment }: Exported, containers: readonly Pick<Container, "image">[]): readonly string[] {
  const pulled = (deployment?.resources ?? []).filter(({ type }) => type === "docker:index/remoteImage:RemoteImage");
  const names = new Map(pulled.flatMap(({ inputs, outputs }) => (typeof inputs?.name === "string" && typeof outputs?.imageId === "string" ? [[outputs.imageId, inputs.name] as const] : [])));
  return [...new Set(containers.map(({ image }) => names.get(image.id) ?? image.reference))].sort();
}
