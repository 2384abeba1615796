import type { ServiceName } from "../systems";
import type { ImageSource, MigrationConfig, SlotName, SystemConfig } from "./types";

/** A version of a system, in the slot where it runs. */
export interface VersionConfig {
  readonly slot: SlotName;
  readonly version: string;
  /** Visitors out of a hundred whom it serves; 100 together. */
  readonly percent: number;
  readonly images: Readonly<Record<ServiceName, ImageSource>>;
  readonly migration?: MigrationConfig;
}

/** The system's own version first, then the one beside it, where there is one. */
export function versionsOf({ beside, migration, services, slot, version }: SystemConfig): readonly [VersionConfig, ...VersionConfig[]] {
  const own: VersionConfig = {
    slot,
    version,
    percent: 100 - (beside?.percent ?? 0),
    images: { backend: services.backend.image, frontend: services.frontend.image },
    ...(migration === undefined ? {} : { migration }),
  };
  return beside === undefined ? [own] : [own, beside];
}
