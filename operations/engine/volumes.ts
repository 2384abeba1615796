import type Docker from "dockerode";
import type { Labels, Volume } from "./engine";
import { statusOf } from "./explained";

export async function volumes(docker: Docker, labels: Labels): Promise<readonly Volume[]> {
  const label = Object.entries(labels).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]));
  const { Volumes } = await docker.listVolumes({ filters: { label } });
  return ((Volumes as typeof Volumes | null) ?? []).map(({ Labels: found, Name }) => ({ name: Name, labels: (found as Record<string, string> | null) ?? {} }));
}

export async function createVolume(docker: Docker, name: string, labels: Readonly<Record<string, string>>): Promise<void> {
  await docker.createVolume({ Name: name, Labels: { ...labels } });
}

export async function removeVolume(docker: Docker, name: string): Promise<void> {
  try {
    await docker.getVolume(name).remove();
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
  }
}
