import { isDeepStrictEqual } from "node:util";
import type { ReleaseRecord } from "../../releases/record";

/** What of a system a rollback brings back. */
export type RollbackForm = "release" | "config" | "code";

/** Full keys with their values as a stack file has them. */
export type Settings = Readonly<Record<string, unknown>>;
type System = Readonly<Record<string, unknown>>;

/** One key of a stack file and what becomes of it; undefined: it goes. */
export interface Edit {
  /** Full key, `stackbook:edge`, and for a system the path inside: ["stackbook:systems", "motel"]. */
  readonly path: readonly string[];
  readonly from: unknown;
  readonly to: unknown;
}

const systemsKey = "stackbook:systems";

/** Of a system, never brought back: what counts onwards, what an emergency or a person has shut, what was restored. */
const keptInSystem = ["rotations", "halted", "maintenance", "restore"] as const;

/** Of the stack, likewise; the last step of a path in a map. */
const keptInStack: readonly (readonly [string, ...string[]])[] = [
  ["stackbook:sequence"], ["stackbook:pinned"], ["stackbook:maintenance"], ["stackbook:edge", "blocked"], ["stackbook:edge", "bypass"], ["stackbook:edge", "rotations"],
  ["stackbook:monitoring", "rotations"], ["stackbook:backups", "encryption", "generation"],
];

/** What says which code runs; the rest of a system are its settings. */
const codeKeys = ["version", "slot", "beside", "migration"] as const;

/** The settings of a release, as its program was given them: maps and lists come as JSON. */
export function settingsOf({ config, systems }: Pick<ReleaseRecord, "config"> & Partial<Pick<ReleaseRecord, "systems">>): Settings {
  const given = Object.fromEntries(Object.entries(config).map(([key, text]) => [key, decode(text)]));
  // A dev stack that names no system has one all the same.
  if (given[systemsKey] !== undefined || systems === undefined) return given;
  return { ...given, [systemsKey]: Object.fromEntries(Object.keys(systems).map((id) => [id, {}])) };
}

/** A system's entry as it is to be. Undefined: the release didn't have that system. */
export function systemEdit(system: string, form: RollbackForm, today: Settings, release: Settings): Edit | undefined {
  const now = systemOf(today, system) ?? {};
  const then = systemOf(release, system);
  if (then === undefined) return undefined;
  const code = form === "config" ? codePart(now) : codeAgain(now, then);
  const wanted = { ...settingsPart(form === "code" ? now : then), ...code };
  const services = mergeServices(form, mapOf(now["services"]), mapOf(then["services"]));
  const to = compact({ ...without(wanted, ["services", ...keptInSystem]), ...(services === undefined ? {} : { services }), ...pick(now, keptInSystem) });
  return { path: [systemsKey, system], from: now, to };
}

/** Every key of the stack as the release had it, but for what a rollback never brings back; secrets are not among them. */
export function stackEdits(today: Settings, release: Settings): Edit[] {
  const plainToday = Object.fromEntries(Object.entries(today).filter(([, value]) => !isSecret(value)));
  const keys = [...new Set([...Object.keys(plainToday), ...Object.keys(release)])].filter((key) => key !== systemsKey).sort();
  const others = keys.map((key): Edit => ({ path: [key], from: plainToday[key], to: keepOf(key, plainToday[key], release[key]) }));
  const ids = [...new Set([...Object.keys(mapOf(today[systemsKey]) ?? {}), ...Object.keys(mapOf(release[systemsKey]) ?? {})])].sort();
  const systems = ids.map((id): Edit => systemEdit(id, "release", today, release) ?? { path: [systemsKey, id], from: systemOf(today, id), to: undefined });
  return [...others, ...systems].filter(changes);
}

/** Every key as the release was made with, with nothing kept; secrets are not among them. */
export function settingsAsRecorded(today: Settings, record: Pick<ReleaseRecord, "config">): Edit[] {
  const release = settingsOf(record);
  const keys = [...new Set([...Object.keys(today).filter((key) => !isSecret(today[key])), ...Object.keys(release)])].sort();
  return keys.map((key): Edit => ({ path: [key], from: today[key], to: release[key] })).filter(changes);
}

export function changes({ from, to }: Edit): boolean {
  return !isDeepStrictEqual(from ?? undefined, to ?? undefined);
}

/** Do two releases run other code of a system, or other settings? */
export function differsIn(form: RollbackForm, system: string, a: ReleaseRecord, b: ReleaseRecord): boolean {
  const [one, other] = [settingsOf(a), settingsOf(b)].map((settings) => systemOf(settings, system) ?? {});
  const code = (): boolean => !isDeepStrictEqual(codeOf(a, system), codeOf(b, system));
  const config = (): boolean => !isDeepStrictEqual(settingsOnly(one ?? {}), settingsOnly(other ?? {}));
  return form === "code" ? code() : form === "config" ? config() : code() || config();
}

function codeOf(record: ReleaseRecord, system: string): unknown {
  const released = Object.entries(record.systems).find(([id]) => id === system)?.[1];
  return released === undefined ? undefined : { version: released.version, images: released.images };
}

/** A system's settings without its code and without what is never brought back. */
function settingsOnly(system: System): unknown {
  const services = Object.fromEntries(Object.entries(mapOf(system["services"]) ?? {}).map(([name, service]) => [name, without(mapOf(service) ?? {}, ["image"])]));
  return compact({ ...without(settingsPart(system), ["services", ...keptInSystem]), services });
}

/** The image is code, all else of a service is a setting. */
function mergeServices(form: RollbackForm, now: System = {}, then: System = {}): System | undefined {
  const names = [...new Set([...Object.keys(now), ...Object.keys(then)])];
  const merged = names.map((name): [string, System] => {
    const [today, before] = [mapOf(now[name]) ?? {}, mapOf(then[name]) ?? {}];
    const code = form === "config" ? today : before;
    const settings = form === "code" ? today : before;
    return [name, compact({ ...without(settings, ["image"]), ...pick(code, ["image"]) })];
  });
  const filled = merged.filter(([, service]) => Object.keys(service).length > 0);
  return filled.length === 0 ? undefined : Object.fromEntries(filled);
}

function settingsPart(system: System): System {
  return without(system, codeKeys);
}

function codePart(system: System): System {
  return pick(system, codeKeys);
}

/**
 * Its version and migration, alone: a rollback ends with one version. Where that one still stands beside today's, it
 * only gets the visitors; else its containers are made in today's slot.
 */
function codeAgain(now: System, then: System): System {
  const slot = now["slot"] ?? "a";
  return compact({ ...pick(then, ["version", "migration"]), slot: standsBeside(now, then) ? (slot === "a" ? "b" : "a") : now["slot"] });
}

/** The version that a rollback wants was never stopped. */
export function standsBeside(now: System, then: System): boolean {
  const beside = mapOf(now["beside"]);
  if (beside === undefined || beside["version"] !== then["version"]) return false;
  const imageOf = (holder: System, service: string): unknown => mapOf(mapOf(holder["services"])?.[service])?.["image"];
  return ["backend", "frontend"].every((service) => isDeepStrictEqual(imageOf(beside, service) ?? imageOf(now, service), imageOf(then, service)));
}

/** What today has at the paths that are kept, in what the release had. */
function keepOf(key: string, now: unknown, then: unknown): unknown {
  return keptInStack.filter(([first]) => first === key).reduce((value, [, ...inner]) => placed(value, inner, valueAt(now, inner)), then);
}

function placed(holder: unknown, [first, ...rest]: readonly string[], value: unknown): unknown {
  if (first === undefined) return value;
  const map = mapOf(holder) ?? {};
  const inner = placed(map[first], rest, value);
  const next = compact({ ...map, [first]: inner });
  return Object.keys(next).length === 0 && holder === undefined ? undefined : next;
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, step) => mapOf(inner)?.[step], value);
}

/** `motel:` with nothing after it is a system as the catalogue has it. */
function systemOf(settings: Settings, id: string): System | undefined {
  const all = mapOf(settings[systemsKey]);
  return all === undefined || !Object.hasOwn(all, id) ? undefined : (mapOf(all[id]) ?? {});
}

function isSecret(value: unknown): boolean {
  return typeof value === "object" && value !== null && ("secure" in value || Object.values(value).some(isSecret));
}

function mapOf(value: unknown): System | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as System) : undefined;
}

function without(map: System, names: readonly string[]): System {
  return Object.fromEntries(Object.entries(map).filter(([name]) => !names.includes(name)));
}

function pick(map: System, names: readonly string[]): System {
  return Object.fromEntries(Object.entries(map).filter(([name]) => names.includes(name)));
}

function compact(map: System): System {
  return Object.fromEntries(Object.entries(map).filter(([, value]) => value !== undefined));
}

/** Maps and lists come as JSON; whatever else is text stays as it is, "1.10" too. */
function decode(text: string): unknown {
  if (text === "true" || text === "false") return text === "true";
  if (!/^[[{]/.test(text)) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
