import * as pulumi from "@pulumi/pulumi";
import { backupWarnings } from "../../config/backups-checks";
import type { Backups, BackupsArgs } from "./index";

/** The backups of a stack that has some; nothing of it is even loaded otherwise. */
export async function loadBackups(args: BackupsArgs): Promise<Backups | undefined> {
  for (const warning of backupWarnings({ config: args.stack })) void pulumi.log.warn(warning);
  if (!args.stack.backups.enabled) return undefined;
  const room = await import("./index");
  return new room.Backups("backups", args);
}
