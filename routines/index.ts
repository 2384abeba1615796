import type { SystemId } from "../systems";
import { fetms } from "./fetms";
import { memo } from "./memo";
import { motel } from "./motel";
import { mps } from "./mps";
import { sms } from "./sms";
import { stack } from "./stack";
import type { List, RoutineRow } from "./types";

export { checks, type CheckId } from "./checks";
export * from "./types";

/** Every list of the runbooks, and the stack's own. */
export const routines: readonly RoutineRow[] = [...stack, ...mps, ...fetms, ...memo, ...motel, ...sms];

/** One list, of the systems that there are; the stack's own items come first. */
export function routinesOf(list: List, systems: readonly (SystemId | "stack")[]): readonly RoutineRow[] {
  return routines.filter((row) => row.list === list && systems.includes(row.system));
}

export const rowKey = ({ system, list, id }: Pick<RoutineRow, "system" | "list" | "id">): string => `${system}/${list}/${id}`;
