/** Moments as a stack file names them: ISO 8601 with its zone, to the minute, as Alertmanager knows no smaller step. */

export const instantForm = "a time with its zone, to the minute, such as '2026-11-22T02:00Z' or '2026-11-22T02:00+01:00'";

/** YAML takes a time without quotes for a time, and the Pulumi CLI hands it on as Go prints one. */
export function fromGo(value: unknown): unknown {
  if (typeof value !== "string") return value;
  return value.replace(/^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?) ([+-]\d\d)(\d\d)(?: \S+)?$/, "$1T$2$3:$4").replace("+00:00", "Z");
}

const pattern = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(Z|[+-]\d\d:\d\d)$/;

/** True, or what to write in its place, or false where that is anybody's guess. */
export function checkInstant(text: string): boolean | string {
  const [, year, month, day, hour, minute, second = "00", fraction = "", zone] = pattern.exec(text) ?? [];
  if (year === undefined) return /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?$/.test(text) ? `say which zone it is in: ${text}Z for UTC, ${text}+01:00 for an hour ahead` : false;
  // JavaScript makes the 2nd of March of a 30th of February.
  const isDay = new Date(`${year}-${month}-${day}T00:00:00Z`).getUTCDate() === Number(day);
  const isTime = Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60 && !Number.isNaN(Date.parse(text));
  if (!isDay || !isTime || Number(year) < 2000 || Number(year) > 2999) return false;
  return (second === "00" && /^0*$/.test(fraction)) || `use whole minutes: ${year}-${month}-${day}T${hour}:${minute}${zone}`;
}

/** ISO 8601 in UTC, of a text that was checked. */
export function instantOf(text: string): string {
  return new Date(text).toISOString();
}

/** Whole seconds since 1970. */
export function secondsOf(instant: string): number {
  return Math.floor(Date.parse(instant) / 1000);
}
