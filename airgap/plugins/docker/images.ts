import type Docker from "dockerode";
import type { Say } from "../rpc/plugin";
import { isNotFound, says } from "./errors";
import { follow } from "./progress";
import { registryLogin } from "./registry-login";

export interface FoundImage {
  readonly id: string;
  readonly digests: readonly string[];
}

/** The image by name, digest or id: the engine's own if it has it, else pulled. */
export async function findImage(docker: Docker, name: string, platform: string | undefined, say: Say): Promise<FoundImage> {
  const own = await localImage(docker, name);
  if (own !== undefined) return own;
  if (name.startsWith("sha256:")) throw new Error(`image ${name} is not on this Docker engine, and an id alone can't be pulled: build it again, or name a reference`);
  await pull(docker, name, platform, say);
  const pulled = await localImage(docker, name);
  if (pulled === undefined) throw new Error(`image ${name} was pulled but is not there under that name`);
  return pulled;
}

export async function localImage(docker: Docker, name: string): Promise<FoundImage | undefined> {
  try {
    const info = await docker.getImage(name).inspect();
    return { id: info.Id, digests: (info.RepoDigests) ?? [] };
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw new Error(`image ${name} could not be looked up: ${says(error)}`);
  }
}

/** The digest the registry knows the image by, if it came from one. */
export function repoDigest(name: string, image: FoundImage): string {
  const repository = name.replace(/@.*$/, "").replace(/:[^/:]*$/, "");
  return image.digests.find((digest) => digest.startsWith(`${repository}@`)) ?? "";
}

async function pull(docker: Docker, name: string, platform: string | undefined, say: Say): Promise<void> {
  const reference = name.includes("@") || /:[^/]+$/.test(name) ? name : `${name}:latest`;
  say(`pulling ${reference}`);
  try {
    const authconfig = await registryLogin(reference);
    const stream = await docker.pull(reference, { ...(platform !== undefined && { platform }), ...(authconfig && { authconfig }) });
    await follow(docker, stream, () => undefined);
  } catch (error) {
    throw new Error(
      `image ${name} is neither on the Docker engine nor could it be pulled: ${says(error)}. Check the name and tag, log in to its registry, or build it on that engine.`,
    );
  }
}
