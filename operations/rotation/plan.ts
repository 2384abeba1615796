import { systems, type SystemId, type SystemSpec } from "../../systems";
import { Problem, usageExitCode } from "../problem";
import type { Stack } from "../stack";
import type { KeyPath, StackFile } from "../stackFile";
import { isKind, kindNames, kinds, type KindName } from "./kinds";
import { endOfEncrypted, endOfSessions } from "./texts";

/** One secret, and its counter in the stack file. */
export interface Exchange {
  /** `motel databasePassword`, `grafana` */
  readonly name: string;
  readonly kind: KindName | "key";
  /** Absent: the stack's. */
  readonly system?: SystemId;
  readonly path: KeyPath;
  readonly from: number;
  /** As `from`: an update that failed has raised it already, and this one comes to its end. */
  readonly to: number;
  /** What people notice; absent: nothing. */
  readonly ends?: string;
}

export interface RotationPlan {
  readonly exchanges: readonly Exchange[];
  /** Full keys of secrets that a person gave: nobody else can exchange them. */
  readonly given: readonly string[];
  /** What was asked for and isn't there, where everything was. */
  readonly absent: readonly string[];
}

export interface Asked {
  /** A system, `stack` for what belongs to all of them, `all` for both. */
  readonly whose: string;
  /** Kinds, or names of a system's own secrets. */
  readonly what: readonly string[];
  readonly all: boolean;
}

/** What is known without a look at anything that runs. */
export interface Surroundings {
  readonly stack: Pick<Stack, "name" | "outputs" | "settings">;
  readonly file: Pick<StackFile, "get">;
}

/** Everything that can be wrong with what was asked, at once. @throws Problem */
export function planRotation(asked: Asked, around: Surroundings): RotationPlan {
  const problems: string[] = [];
  const ids = systemsAsked(asked, around, problems);
  const ofStack = asked.whose === "stack" || asked.whose === "all";
  const names = wordsOf(asked, ids, ofStack, problems);
  const found = names.flatMap((name) => [...(isKind(name) && kinds[name].of === "stack" ? [] : ids.map((id) => ofSystem(id, name, around))), ...(isKind(name) && kinds[name].of === "stack" ? [ofTheStack(name, around)] : [])]);
  const absent = found.flatMap(({ absent: why }) => why ?? []);
  if (!asked.all && asked.whose !== "all") problems.push(...absent);
  if (problems.length === 0 && found.every(({ exchanges }) => exchanges.length === 0)) problems.push(...absent);
  if (problems.length > 0) throw new Problem("nothing was exchanged:", [...new Set(problems), "--help shows what there is"], usageExitCode);
  const exchanges = found.flatMap((one) => one.exchanges);
  return { exchanges: exchanges.map((one) => ({ ...one, ...endOf(one, exchanges) })), given: givenBy(asked, ids, ofStack, around), absent };
}

function systemsAsked({ whose }: Asked, { stack }: Surroundings, problems: string[]): SystemId[] {
  const there = Object.keys(stack.outputs.systems ?? {}).filter((id): id is SystemId => Object.hasOwn(systems, id));
  if (whose === "stack") return [];
  if (whose === "all") return there;
  const id = there.find((known) => known === whose);
  if (id === undefined) problems.push(`${whose} is no system of the stack ${stack.name}: use ${there.join(", ")}, stack for what belongs to all of them, or all`);
  return id === undefined ? [] : [id];
}

/** In the order of the table, each once. */
function wordsOf({ all, what, whose }: Asked, ids: readonly SystemId[], ofStack: boolean, problems: string[]): string[] {
  const own = [...new Set(ids.flatMap((id) => systems[id].secrets.map(({ name }) => name)))];
  if (all) {
    if (what.length > 0) problems.push(`--all and ${what.join(", ")}: give one of them`);
    const others = own.filter((name) => !/^jwt/.test(name));
    return [...kindNames.filter((name) => (kinds[name].of === "stack" ? ofStack : ids.length > 0)), ...others];
  }
  if (what.length === 0) problems.push(`say what to exchange: ${[...kindNames, ...own].join(", ")}, or --all`);
  for (const word of what) if (!isKind(word) && !own.includes(word)) problems.push(`${word} is nothing to exchange: use ${[...kindNames, ...own].join(", ")}`);
  for (const word of what) if (isKind(word) && kinds[word].of === "system" && whose === "stack") problems.push(`${word} belongs to a system: npx stackbook rotate <system> ${word}`);
  return [...new Set(what)].filter((word) => isKind(word) || own.includes(word));
}

interface Found {
  readonly exchanges: readonly Exchange[];
  /** Why there is nothing. */
  readonly absent?: string;
}

function ofSystem(id: SystemId, name: string, around: Surroundings): Found {
  const { facts, monitoring } = around.stack.outputs;
  const known = facts?.systems.find((system) => system.id === id);
  const spec = systems[id];
  switch (name) {
    case "jwt":
      return ofCatalogue(spec, spec.secrets.filter((secret) => /^jwt/.test(secret.name)).map((secret) => secret.name), around);
    case "database":
      return counted(id, name, "databasePassword", around);
    case "database-admin":
      return counted(id, name, "databaseAdminPassword", around);
    case "redis":
      return known?.redis === true ? counted(id, name, "cachePassword", around) : { exchanges: [], absent: `${id} runs without Redis` };
    case "monitor":
      return monitoring === undefined ? { exchanges: [], absent: `nothing watches ${id}: monitoring is switched off` } : counted(id, name, "monitorPassword", around);
    case "login":
      return isSeeded(around) ? counted(id, name, "loginPassword", around) : { exchanges: [], absent: `${id} has no demo's login here` };
    default:
      return spec.secrets.some((secret) => secret.name === name) ? ofCatalogue(spec, [name], around) : { exchanges: [] };
  }
}

const isSeeded = ({ file }: Surroundings): boolean => String(file.get(["demo", "seed"])) === "true";

function ofCatalogue({ id }: SystemSpec, names: readonly string[], around: Surroundings): Found {
  const ours = names.filter((name) => around.stack.settings?.[`${id}:${name}`] === undefined);
  const kind = names.every((name) => /^jwt/.test(name)) ? "jwt" : "key";
  if (ours.length === 0) return { exchanges: [], absent: `${names.map((name) => `${id}:${name}`).join(" and ")}: given by you, so a new one is, too` };
  return { exchanges: ours.flatMap((name) => counted(id, kind, name, around).exchanges) };
}

function counted(id: SystemId, kind: Exchange["kind"], secret: string, around: Surroundings): Found {
  return { exchanges: [{ name: `${id} ${secret}`, kind, system: id, ...counter(["systems", id, "rotations", secret], around, 0) }] };
}

function ofTheStack(name: KindName, around: Surroundings): Found {
  const { backups, facts, monitoring } = around.stack.outputs;
  const none = (absent: string): Found => ({ exchanges: [], absent });
  const one = (path: KeyPath, fallback = 0): Found => ({ exchanges: [{ name, kind: name, ...counter(path, around, fallback) }] });
  if (name === "grafana") return (monitoring?.grafana ?? null) === null ? none("there is no Grafana here") : one(["monitoring", "rotations", "grafana"]);
  if (name === "operator") return (monitoring?.prometheus ?? null) === null ? none("there are no pages for operators here") : one(["edge", "rotations", "operator"]);
  if (name === "pass") return one(["edge", "rotations", "pass"]);
  if (backups === undefined) return none("nothing is backed up here");
  if (facts?.backups?.encryption === "publicKey") return none("backups are encrypted to your public key: give another one, backups.encryption.publicKey, and keep the private one of those before");
  return one(["backups", "encryption", "generation"], 1);
}

/** What a failed update has raised is not raised again: what it has begun is brought to its end first. */
function counter(path: KeyPath, { file, stack }: Surroundings, fallback: number): Pick<Exchange, "path" | "from" | "to"> {
  const from = Number(file.get(path) ?? fallback);
  const [first, ...rest] = path;
  const released = stack.outputs.release?.config[`stackbook:${first}`];
  const reached = stack.outputs.release === undefined ? from : Number(rest.reduce<unknown>((inner, key) => (inner as Readonly<Record<string, unknown>> | undefined)?.[key], released === undefined ? {} : JSON.parse(released)) ?? fallback);
  return { path, from, to: from === reached ? from + 1 : from };
}

function endOf({ kind, name, system }: Exchange, exchanges: readonly Exchange[]): { ends?: string } {
  const secret = name.split(" ").at(-1) ?? "";
  if (system !== undefined && kind === "jwt") return { ends: endOfSessions(systems[system], secret, exchanges.filter((one) => one.system === system).map((one) => one.name.split(" ").at(-1) ?? "")) };
  if (system !== undefined && kind === "key") return { ends: endOfEncrypted(systems[system], secret) };
  if (kind === "database-admin") return { ends: `a backup of ${system ?? ""} that is under way is taken again` };
  if (kind === "login") return { ends: `the demo's first login of ${system ?? ""} has another password` };
  if (kind === "operator") return { ends: "browsers ask operators for the new password of their pages" };
  if (kind === "pass") return { ends: "operators' passes through maintenance open nothing any more" };
  if (kind === "grafana") return { ends: "sessions of Grafana's administrator" };
  if (kind === "backup-key") return { ends: "recovery kits of today don't open the backups to come: keep a new one" };
  return {};
}

/** Of those that are asked for; with --all every one that is theirs. */
function givenBy({ all, what }: Asked, ids: readonly SystemId[], ofStack: boolean, { stack }: Surroundings): string[] {
  const secret = Object.entries(stack.settings ?? {}).filter(([, { secret: isSecret }]) => isSecret === true).map(([full]) => full).sort();
  const spaces = new Set<string>([...ids, ...(ofStack ? ["edge", "alerts", "backups"] : [])]);
  const theirs = secret.filter((full) => spaces.has(full.split(":")[0] ?? ""));
  if (all) return theirs;
  return theirs.filter((full) => what.some((word) => full.endsWith(`:${word}`) || (word === "jwt" && /:jwt/.test(full))));
}
