import type { BackupSettings } from "../../../../backups/settings";
import type { Throwaway } from "../sources/types";

export function throwaway(_settings: BackupSettings): Promise<Throwaway> {
  throw new Error("not yet");
}
