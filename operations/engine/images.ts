import type Docker from "dockerode";
import { Problem } from "../problem";
import type { Image } from "./engine";
import { statusOf } from "./explained";

export async function image(docker: Docker, reference: string): Promise<Image | undefined> {
  try {
    const { Created, Id, RepoDigests, Size } = await docker.getImage(reference).inspect();
    return { id: Id, digests: RepoDigests ?? [], bytes: Size, createdAt: Created };
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

export async function registryDigest(docker: Docker, reference: string): Promise<string> {
  try {
    const { Descriptor } = (await docker.getImage(reference).distribution()) as { readonly Descriptor: { readonly digest: string } };
    return Descriptor.digest;
  } catch (error) {
    if (statusOf(error) === undefined || !(error instanceof Error)) throw error;
    throw new Problem(`the registry of ${reference} did not answer: ${error.message}`, ["The engine asks it: docker manifest inspect " + reference]);
  }
}

interface PullEvent {
  readonly status?: string;
  readonly id?: string;
  readonly error?: string;
}

export async function pull(docker: Docker, reference: string, onProgress: (line: string) => void = () => undefined): Promise<void> {
  const refused = (why: string): Problem => new Problem(`the image ${reference} can't be pulled: ${why}`, ["Check its name, and that the engine may pull it: docker pull " + reference]);
  let stream: NodeJS.ReadableStream;
  try {
    // Without a tag or digest the engine would pull every tag there is.
    stream = await docker.pull(/[:@][^/]+$/.test(reference) ? reference : `${reference}:latest`);
  } catch (error) {
    if (statusOf(error) === undefined || !(error instanceof Error)) throw error;
    throw refused(error.message);
  }
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(
      stream,
      (error) => (error === null ? resolve() : reject(refused(error.message))),
      ({ id, status }: PullEvent) => {
        if (status !== undefined && !/^(Downloading|Extracting|Waiting|Verifying)/.test(status)) onProgress(id === undefined ? status : `${id}: ${status}`);
      },
    );
  });
}
