import { parseImageReference } from "../../config/image";
import type { ServiceName } from "../../systems";
import type { Engine } from "../engine";
import { Problem } from "../problem";
import { systemPath } from "../slots";
import type { StackFile } from "../stackFile";
import { sameImage, type DeployRequest } from "./options";

export interface ChosenImages {
  /** By service, for those whose image is a reference; the others are built, and their version says which. */
  readonly images: Readonly<Partial<Record<ServiceName, string>>>;
  readonly problems: readonly string[];
}

const services = ["backend", "frontend"] as const satisfies readonly ServiceName[];

/**
 * Which images the version is. Given ones are taken; otherwise the same repository with the version as its tag, and the
 * digest that the registry has for it now: what is deployed is pinned.
 */
export async function chooseImages({ images: given, system, version = "" }: DeployRequest, file: StackFile, engine: Engine, environment: string): Promise<ChosenImages> {
  const images: Partial<Record<ServiceName, string>> = {};
  const problems: string[] = [];
  await Promise.all(services.map(async (service) => {
    const present = file.get(systemPath(system, "services", service, "image"));
    const isReference = typeof present === "string" && present !== "reference-app";
    const asked = given[service];
    if (asked === sameImage) {
      if (isReference) images[service] = present;
      return;
    }
    if (asked === undefined && !isReference) return;
    const wanted = asked ?? retagged(present as string, version);
    const pinned = await pin(wanted, engine, environment);
    if ("image" in pinned) images[service] = pinned.image;
    else problems.push(`the ${service}'s image ${wanted}: ${pinned.why}; name it with --${service}-image <reference>@sha256:<digest>${asked === undefined && isReference ? `, or --${service}-image ${sameImage} if it stays as it is` : ""}`);
  }));
  return { images, problems };
}

/** The same repository, with another tag and without its digest. */
export function retagged(reference: string, version: string): string {
  const { repository } = parseImageReference(reference) ?? { repository: reference };
  return `${repository}:${version}`;
}

type Pinned = { readonly image: string } | { readonly why: string };

/** With its digest, by which the engine can't get another one. */
async function pin(reference: string, engine: Engine, environment: string): Promise<Pinned> {
  if (parseImageReference(reference)?.digest !== undefined) return (await isThere(reference, engine)) ?? { image: reference };
  try {
    return { image: `${reference}@${await engine.registryDigest(reference)}` };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    // An image that was built on the engine itself is in no registry, and has no digest there.
    if (environment === "dev" && (await engine.image(reference)) !== undefined) return { image: reference };
    return { why: error.message };
  }
}

/** Why it can't be had. Its registry need not answer for one that the engine has. */
async function isThere(reference: string, engine: Engine): Promise<{ readonly why: string } | undefined> {
  if ((await engine.image(reference)) !== undefined) return undefined;
  try {
    await engine.registryDigest(reference);
    return undefined;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { why: error.message };
  }
}
