import type { Context } from "../commands/types";
import { Problem } from "../problem";
import type { Stack } from "../stack";
import type { DeployRequest } from "./options";

/**
 * D4: staging first. The stack that is asked keeps a record of what it ran; another build of the same version is not what
 * was tried there.
 * @returns why production may not have it yet; undefined: it may
 */
export async function stagingProblem(request: Pick<DeployRequest, "skipStaging" | "staging" | "system" | "version">, images: Readonly<Record<string, string>>, stack: Stack, context: Context): Promise<string | undefined> {
  const { skipStaging, staging, system, version = "" } = request;
  if (stack.outputs.environment !== "prod" || skipStaging !== undefined) return undefined;
  const name = staging ?? sibling(stack.name);
  const ways = `deploy it there first, name another stack with --staging <stack>, or say why not: --skip-staging "<why>"`;
  let asked: Stack;
  try {
    asked = await context.openStack(name);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return `whether ${name} ran ${system} ${version} can't be known (${error.message}): ${ways}`;
  }
  const { release, releases = [] } = asked.outputs;
  const ran = [...(release === undefined ? [] : [release]), ...releases].flatMap(({ systems }) => {
    const own = systems[system];
    return own === undefined ? [] : [own, ...(own.beside === undefined ? [] : [own.beside])];
  }).filter((entry) => entry.version === version);
  if (ran.length === 0) return `${name} has not run ${system} ${version}: ${ways}`;
  const wanted = Object.entries(images).filter(([, image]) => image.includes("@sha256:"));
  const isSame = (entry: (typeof ran)[number]): boolean => wanted.every(([service, image]) => digestOf(entry.images[service as keyof typeof entry.images]) === digestOf(image));
  return ran.some(isSame) ? undefined : `${name} ran another build of ${system} ${version} than ${wanted.map(([, image]) => image).join(" and ")}: ${ways}`;
}

/** `acme/stackbook/prod` -> `acme/stackbook/staging`. */
function sibling(stack: string): string {
  return [...stack.split("/").slice(0, -1), "staging"].join("/");
}

function digestOf(image: string): string {
  return image.slice(image.indexOf("@") + 1);
}
