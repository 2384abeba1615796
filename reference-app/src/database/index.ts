import type { DataSettings } from "../settings";
import type { System } from "../systems/types";
import type { Database } from "./types";

/** Opens nothing yet: the first request connects. Only the driver that is used gets loaded. */
export async function openDatabase(system: System, settings: DataSettings, onError: () => void = () => undefined): Promise<Database> {
  if (system.engine === "postgres") {
    const { PostgresDatabase } = await import("./postgres");
    return new PostgresDatabase(settings.databaseUrl, `reference-${system.id}`, onError);
  }
  const { MongoDatabase } = await import("./mongodb");
  return new MongoDatabase(settings.databaseUrl, `reference-${system.id}`, onError);
}

/** Waits for the first answer; throws with the last reason when there is none in time. */
export async function waitForDatabase(
  database: Pick<Database, "ping">,
  seconds: number,
  onRetry: (error: unknown) => void,
  signal?: AbortSignal,
): Promise<void> {
  const end = Date.now() + seconds * 1000;
  for (let pause = 100; ; pause = Math.min(pause * 2, 2000)) {
    try {
      return await database.ping();
    } catch (error) {
      if (signal?.aborted || Date.now() + pause > end) throw error;
      onRetry(error);
      await sleep(pause);
    }
  }
}

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

export * from "./types";
