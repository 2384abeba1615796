import type Docker from "dockerode";

interface Progress {
  readonly stream?: string;
  readonly status?: string;
  readonly error?: string;
}

/** Reads what a build or a pull reports until its end. Failures come as lines of it, not as its status. */
export async function follow(docker: Docker, stream: NodeJS.ReadableStream, onLine: (line: string) => void): Promise<void> {
  let failure: string | undefined;
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(
      stream,
      (error: Error | null) => (error === null ? resolve() : reject(error)),
      ({ stream: output, status, error }: Progress) => {
        failure ??= error;
        const line = (output ?? status ?? "").trimEnd();
        if (line !== "") onLine(line);
      },
    );
  });
  if (failure !== undefined) throw new Error(failure);
}
