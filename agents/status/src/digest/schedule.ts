import { Cron } from "croner";

/** The first digest after a moment: once a day, also on the days on which clocks are put forward or back. */
export function nextDigest(after: Date, at: string, timeZone: string): Date {
  const [hour = 0, minute = 0] = at.split(":").map(Number);
  const next = new Cron(`${minute} ${hour} * * *`, { timezone: timeZone, paused: true }).nextRun(after);
  if (next === null) throw new Error(`no digest follows ${after.toISOString()}`);
  return next;
}
