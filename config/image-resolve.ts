import { referenceApp } from "../systems/reference";
import { systems, type SystemId } from "../systems";
import { referenceAppWord } from "./image-schema";
import type { RawService, RawSystem } from "./schema";
import type { ImageSource, MigrationConfig } from "./types";

export function resolveImage(raw: RawService["image"]): ImageSource {
  if (raw === undefined || raw === referenceAppWord) return { kind: "reference-app" };
  if (typeof raw === "string") return { kind: "registry", reference: raw };
  const { context, dockerfile, args } = raw.build;
  return { kind: "build", context, ...(dockerfile === undefined ? {} : { dockerfile }), args: args ?? {} };
}

/** The reference app makes its tables by its own command, in systems without migrations too. */
export function resolveMigration(id: SystemId, { migration }: Pick<RawSystem, "migration">, backend: ImageSource): MigrationConfig | undefined {
  if (migration === false) return undefined;
  const usual = backend.kind === "reference-app" ? referenceApp.migrate : systems[id].migration?.command;
  const command = migration?.command ?? usual;
  return command === undefined ? undefined : { command: [...command], irreversible: migration?.irreversible ?? false };
}
