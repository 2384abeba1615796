import { fetms } from "./fetms";
import { memo } from "./memo";
import { motel } from "./motel";
import { mps } from "./mps";
import { sms } from "./sms";
import type { System, SystemId } from "./types";

export const systems: Readonly<Record<SystemId, System>> = { mps, fetms, memo, motel, sms };

/** A table of the system; the names come from code, so a wrong one is a mistake of ours. */
export function tableOf(system: System, name: string): System["tables"][number] {
  const table = system.tables.find((candidate) => candidate.name === name);
  if (!table) throw new Error(`${system.id} has no table ${name}`);
  return table;
}

export { systemIds } from "./types";
export type { System, SystemId } from "./types";
