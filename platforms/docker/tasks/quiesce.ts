/**
 * Stopping containers while a task exchanges what they use. Which ones is written on the task's own container, so that
 * an update that is cut off leaves the engine knowing, and the next one starts what still stands.
 * These functions are serialised into the state, like those of `engine.ts`.
 */
import type Docker from "dockerode";
import { connect } from "../engine";

export function quiescedLabel(): string {
  return "stackbook.quiesced";
}

/** Ids of what runs and bears these labels. */
export async function runningBy(docker: Docker, label: readonly string[]): Promise<string[]> {
  const found = await docker.listContainers({ filters: { label: [...label], status: ["running", "restarting"] } });
  return found.map(({ Id }) => Id);
}

/** Containers of this task that an earlier update left; no update makes two. */
async function leftovers(docker: Docker, labels: Readonly<Record<string, string>>): Promise<Docker.ContainerInfo[]> {
  const label = ["stack", "system", "service", "role"].map((name) => `stackbook.${name}=${labels[`stackbook.${name}`] ?? ""}`);
  return docker.listContainers({ all: true, filters: { label } });
}

/** False also where the engine can't be asked: a preview needs none, and an update says so by itself. */
export async function leftBehind(host: string | undefined, labels: Readonly<Record<string, string>>): Promise<boolean> {
  const found = leftovers(connect(host), labels).then((containers) => containers.length > 0, () => false);
  const late = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 3000).unref());
  return Promise.race([found, late]);
}

/** Removes them, running or not. @returns ids of the containers that they had stopped */
export async function takeAway(docker: Docker, labels: Readonly<Record<string, string>>): Promise<string[]> {
  const found = await leftovers(docker, labels);
  for (const { Id } of found) await docker.getContainer(Id).remove({ force: true, v: true }).catch(() => undefined);
  return found.flatMap(({ Labels }) => (Labels[quiescedLabel()] ?? "").split(",").filter((id) => id !== ""));
}

/** Gone, or in that state already. */
function isFine(error: { statusCode?: number }): boolean {
  return error.statusCode === 304 || error.statusCode === 404;
}

/** All of them, or none: what can't be stopped must not be worked beside. */
export async function stopAll(docker: Docker, ids: readonly string[]): Promise<void> {
  await Promise.all(
    ids.map((id) =>
      docker
        .getContainer(id)
        .stop()
        .catch((error: { statusCode?: number }) => {
          if (!isFine(error)) throw error;
        }),
    ),
  );
}

/** As many as can be: each one serves somebody. */
export async function startAgain(docker: Docker, ids: readonly string[]): Promise<void> {
  const ended = await Promise.allSettled(ids.map((id) => docker.getContainer(id).start()));
  const reasons = ended.flatMap((end) => (end.status === "rejected" && !isFine(end.reason as { statusCode?: number }) ? [String(end.reason)] : []));
  if (reasons.length > 0) throw new Error(`what was stopped could not be started again: ${reasons.join("; ")}`);
}
