import { systemIds, systems, type KeptSpec, type SystemId } from "../systems";
import type { RawBackups } from "./backups-schema";
import { maxStores } from "./backups-schema";
import { storeSecretKey, storeSecrets } from "./backups-secrets";
import type { Checked, Report } from "./checks";
import { quote, type Path } from "./errors";
import { orList } from "./fields";
import { givenSystems } from "./resolve";
import type { RawSystem } from "./schema";
import type { BackupStore } from "./types";

/** What a well-formed `backups` still gets wrong: data that nobody keeps, or keeps too short, and restores that can't be. */
export function checkBackups(checked: Checked, report: Report): void {
  const backups = checked.raw.backups ?? {};
  if (checked.environment === "prod" && backups.enabled === false) report(["backups", "enabled"], "false", "true in prod", "use true, or remove it: what is not backed up is lost with its disk");
  checkStores(checked, backups, report);
  checkDrill(backups, report);
  const given = givenSystems(checked.environment, checked.raw);
  for (const id of systemIds) {
    const system = given[id];
    if (system === undefined) continue;
    checkKept(id, system, checked, report);
    checkRestore(id, system, checked, report);
  }
}

function checkStores({ config, environment, secrets, isBrokenStore }: Checked, raw: RawBackups, report: Report): void {
  const names = Object.keys(raw.stores ?? {});
  if (raw.stores !== undefined && (names.length === 0 || names.length > maxStores)) {
    report(["backups", "stores"], names.length === 0 ? "an empty map" : `${names.length} stores`, `1-${maxStores} stores`, names.length === 0 ? "name a store, such as { local: { kind: directory } }, or remove it for just that one" : `use ${maxStores} at most`);
  }
  const seen = new Map<string, string>();
  for (const store of config.backups.stores) {
    const at = ["backups", "stores", store.name];
    if (isBrokenStore(store.name)) continue;
    const place = placeOf(store);
    const other = place === undefined ? undefined : seen.get(place);
    if (other !== undefined) report(at, `the same place as ${other}`, "a place of its own", "remove one of the two: a second copy in the same place is none");
    if (place !== undefined) seen.set(place, store.name);
    if (store.kind !== "s3") continue;
    if (store.endpoint?.startsWith("http:") === true && environment !== "dev") report([...at, "endpoint"], quote(store.endpoint), "an https:// address", `use ${store.endpoint.replace("http:", "https:")}: outside dev nobody on the way may read or change requests`);
    const given = storeSecrets.filter((part) => secrets.backups[storeSecretKey(store.name, part)] !== undefined);
    for (const part of storeSecrets) {
      const key = `backups:${storeSecretKey(store.name, part)}`;
      if (given.length === 1 && !given.includes(part)) report([key], "missing", "a stack secret", `give it too, \`pulumi config set --secret ${key}\`: the two belong together`);
    }
  }
}

/** Undefined: a volume of its own. */
function placeOf(store: BackupStore): string | undefined {
  if (store.kind === "s3") return `${store.endpoint ?? store.region} ${store.bucket} ${store.prefix}`;
  return store.hostPath?.replace(/\/+$/, "");
}

function checkDrill({ drill, encryption }: RawBackups, report: Report): void {
  if (drill?.enabled === true && encryption?.kind === "publicKey") report(["backups", "drill", "enabled"], "true", "false with a public key", "remove it: this host can't open its backups; drill where the private key is");
  for (const [id, checks] of Object.entries(drill?.checks ?? {}) as [SystemId, NonNullable<NonNullable<RawBackups["drill"]>["checks"]>[SystemId]][]) {
    const { engine } = systems[id].database;
    for (const [index, check] of (checks ?? []).entries()) {
      const at = ["backups", "drill", "checks", id, index];
      const meant = "sql" in check ? "postgres" : "mongodb";
      if (meant !== engine) report(at, meant === "postgres" ? "a question in SQL" : "a question to a collection", engine === "postgres" ? "{ name, sql, expect }" : "{ name, collection, filter, atLeast }", `use ${engine === "postgres" ? "{ name, sql, expect }: " : "{ name, collection, filter, atLeast }: "}the database of ${id} is ${engine === "postgres" ? "PostgreSQL" : "MongoDB"}`);
      if (checks?.findIndex(({ name }) => name === check.name) !== index) report([...at, "name"], quote(check.name), "a name of its own", "use another name: alerts and answers tell checks by it");
    }
  }
}

const tiers: readonly (readonly [keyof KeptSpec, string])[] = [["dailyDays", "days"], ["weeklyWeeks", "weeks"], ["monthlyMonths", "months"]];

function checkKept(id: SystemId, { backups }: RawSystem, { environment }: Checked, report: Report): void {
  const at = ["systems", id, "backups"];
  if (environment === "prod" && backups?.enabled === false) report([...at, "enabled"], "false", "true in prod", "use true, or remove it: what is not backed up is lost with its disk");
  if (environment === "dev") return;
  const { backup, runbook } = systems[id];
  for (const [tier, unit] of tiers) {
    const given = backups?.kept?.[tier];
    const least = backup.kept[tier] ?? 0;
    if (given !== undefined && given < least) report([...at, "kept", tier], String(given), `at least ${least}`, `use ${least} or more, or remove it: ${runbook} keeps ${least} ${unit}`);
  }
  const hours = backups?.everyHours;
  if (hours !== undefined && hours > backup.everyHours) report([...at, "everyHours"], String(hours), `at most ${backup.everyHours}`, `use ${backup.everyHours} or less, or remove it: its runbook may lose 24 hours of data, also when one backup fails`);
}

function checkRestore(id: SystemId, { restore, enabled }: RawSystem, { config }: Checked, report: Report): void {
  if (restore === undefined) return;
  const at: Path = ["systems", id, "restore"];
  const { parts } = systems[id].backup;
  const own = config.systems.find(({ spec }) => spec.id === id);
  if (enabled === false) report(at, "given", "no restore of a system that doesn't run", `remove it, or set systems.${id}.enabled to true`);
  else if (own?.backups === undefined) report(at, "given", "a system that is backed up", `remove it, or turn its backups on: without them nothing here can read one`);
  else if (config.backups.encryption.kind === "publicKey") report(at, "given", "symmetric encryption", "remove it: this host can't open its backups; see docs/backups.md for how the holder of the private key restores");
  const [, named] = /^([a-z]+)\/[a-z]+\//.exec(restore.backup) ?? [];
  if (named !== undefined && named !== id) report([...at, "backup"], quote(restore.backup), `a backup of ${id}`, `use <tier>/<timestamp> of one of its own, or put it under systems.${named}.restore`);
  for (const [index, part] of (restore.only ?? []).entries()) {
    if (!parts.includes(part)) report([...at, "only", index], part, orList(parts), `use ${orList(parts)}: its backups have no ${part}`);
    else if (restore.only?.indexOf(part) !== index) report([...at, "only", index], "given twice", "each once", "remove one of the two");
  }
  if (restore.tables !== undefined && (restore.only?.length !== 1 || restore.only[0] !== "database")) {
    report([...at, "only"], restore.only === undefined ? "missing" : "more than the database", "[database] with tables", "use [database]: tables are the database's, and the rest stays as it is");
  }
}

/** What a stack may do without, but should be told once. */
export function backupWarnings({ config: { backups, environment } }: Pick<Checked, "config">): string[] {
  if (environment === "dev") return [];
  if (!backups.enabled) return [`backups.enabled is false: what ${environment} holds is lost with its disk`];
  const here = backups.stores.every((store) => store.kind === "directory");
  return here ? ["backups.stores are all on the engine's own host: add one elsewhere, { kind: s3, ... }, or mount one there"] : [];
}
