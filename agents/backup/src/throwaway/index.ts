import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import type { Manifest, PartName, TableFact } from "../../../../backups/manifest";
import type { BackupSettings, DrillCheck } from "../../../../backups/settings";
import type { Throwaway } from "../sources/types";
import { scratchFolder } from "./folder";
import { LocalMongo } from "./mongodb";
import { LocalPostgres } from "./postgres";
import { LocalRedis } from "./redis";
import { LocalUploads } from "./uploads";

/** One part's place in a drill. */
export interface Place {
  /** The part is opened once there is something to load it into. */
  load(manifest: Manifest, open: () => Promise<Readable>, signal: AbortSignal): Promise<readonly TableFact[]>;
  stop(): Promise<void>;
}

/** A place to which questions can be put. */
export interface DatabasePlace extends Place {
  ask(check: DrillCheck): Promise<string>;
}

/** Everything of it lies in one folder, which is wiped in the end whatever happened. */
export function throwaway(settings: BackupSettings): Promise<Throwaway> {
  const folder = scratchFolder();
  const database = databaseOf(settings, folder);
  const places: Readonly<Partial<Record<PartName, Place>>> = { database, redis: new LocalRedis(join(folder, "redis")), uploads: new LocalUploads(join(folder, "uploads")) };
  return Promise.resolve({
    async load(manifest, open, signal) {
      const facts: Partial<Record<PartName, readonly TableFact[]>> = {};
      for (const { name } of manifest.parts) {
        const place = places[name];
        if (place !== undefined) facts[name] = await place.load(manifest, () => open(name), signal);
      }
      return facts;
    },
    ask: (check) => database.ask(check),
    async stop() {
      await Promise.all(Object.values(places).map((place) => place.stop()));
      rmSync(folder, { recursive: true, force: true });
    },
  });
}

function databaseOf(settings: BackupSettings, folder: string): DatabasePlace {
  return settings.engine === "postgres" ? new LocalPostgres(settings, folder) : new LocalMongo(settings, folder);
}
