import { Cron } from "croner";
import type { BackupSettings } from "../../../../backups/settings";

const hourMs = 3_600_000;
const days = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"] as const;

/** The moments at which something is to be done. Croner knows the clocks: what falls into the hour that is left out runs after it, what falls into the one that comes twice runs once. */
export interface Slots {
  /** The newest that is not after `moment`. */
  last(moment: Date): Date;
  /** The first one after `moment`. */
  next(moment: Date): Date;
  readonly everyHours: number;
}

export function backupSlots({ at, everyHours, timeZone }: Pick<BackupSettings, "at" | "everyHours" | "timeZone">): Slots {
  const [hour = 0, minute = 0] = at.split(":").map(Number);
  const hours = Array.from({ length: 24 / everyHours }, (_, count) => (hour + count * everyHours) % 24).sort((one, other) => one - other);
  return slotsOf(`${minute} ${hours.join(",")} * * *`, timeZone, everyHours);
}

/** Undefined: this system is not drilled by schedule. */
export function drillSlots({ drill, timeZone }: Pick<BackupSettings, "drill" | "timeZone">): Slots | undefined {
  if (drill === null) return undefined;
  const [hour = 0, minute = 0] = drill.at.split(":").map(Number);
  return slotsOf(`${minute} ${hour} * * ${days.indexOf(drill.day)}`, timeZone, 7 * 24);
}

function slotsOf(pattern: string, timezone: string, everyHours: number): Slots {
  const cron = new Cron(pattern, { timezone, paused: true });
  const next = (moment: Date): Date => {
    const found = cron.nextRun(moment);
    if (found === null) throw new Error(`nothing follows ${moment.toISOString()} in "${pattern}"`);
    return found;
  };
  return {
    everyHours,
    next,
    last(moment) {
      // Clocks that change move a slot by an hour or two, or by half a day where a zone changed sides.
      let found = next(new Date(moment.getTime() - (2 * everyHours + 26) * hourMs));
      for (let following = found; following <= moment; following = next(following)) found = following;
      return found;
    },
  };
}

export type Due = { readonly kind: "no" } | { readonly kind: "due"; readonly slot: Date; readonly missed: boolean } | { readonly kind: "clock"; readonly slot: Date };

/**
 * Whether something is to be done now, by the slot that was attended to last (undefined: the agent has just come, and
 * begins with the next one). Slots that were missed are made up for once. A slot attended to further ahead than one
 * round was written by a clock that was wrong: it would keep the agent silent until then.
 */
export function dueNow(slots: Slots, attended: Date | undefined, now: Date): Due {
  const slot = slots.last(now);
  if (attended === undefined) return { kind: "no" };
  if (attended > slot) return attended.getTime() - now.getTime() > slots.everyHours * hourMs ? { kind: "clock", slot } : { kind: "no" };
  if (attended.getTime() === slot.getTime()) return { kind: "no" };
  // Two ticks at most are no miss.
  return { kind: "due", slot, missed: now.getTime() - slot.getTime() > 300_000 };
}
