import type { BackupSettings } from "../../../../backups/settings";
import { scratchRoot } from "../throwaway/folder";
import { serverOf as mongoServer } from "./mongodb/connection";
import { MongoSource } from "./mongodb/source";
import { MongoTarget } from "./mongodb/target";
import { serverOf as postgresServer } from "./postgres/connection";
import { PostgresSource } from "./postgres/source";
import { PostgresTarget } from "./postgres/target";
import { serverOf as redisServer } from "./redis/connection";
import { RedisSource } from "./redis/source";
import { RedisTarget } from "./redis/target";
import { UploadsSource } from "./uploads/source";
import { UploadsTarget } from "./uploads/target";
import type { Secrets, Source, Target } from "./types";

/** What a system holds, in the order in which it is dumped: database, Redis, uploads. */
export function sourcesOf(settings: BackupSettings, secrets: Secrets): readonly Source[] {
  return [
    settings.engine === "postgres" ? new PostgresSource(settings, postgresServer(settings, secrets)) : new MongoSource(settings, mongoServer(settings, secrets), scratchRoot),
    ...(settings.redis === null ? [] : [new RedisSource(redisServer(settings, secrets), scratchRoot)]),
    ...(settings.uploads === null ? [] : [new UploadsSource(settings.uploads.path)]),
  ];
}

/** The same, in the order in which it is brought back. */
export function targetsOf(settings: BackupSettings, secrets: Secrets): readonly Target[] {
  return [
    settings.engine === "postgres" ? new PostgresTarget(settings, postgresServer(settings, secrets)) : new MongoTarget(settings, mongoServer(settings, secrets)),
    ...(settings.redis === null ? [] : [new RedisTarget(settings, redisServer(settings, secrets), scratchRoot)]),
    ...(settings.uploads === null ? [] : [new UploadsTarget(settings.uploads.path)]),
  ];
}
