import type { Means } from "../change";
import type { Container } from "../engine";
import { siteOf, visit, type Site } from "../visitor";
import type { Exchange } from "./plan";

/*
 * That an old secret is dead is tried. The update itself does so for logins and passwords of databases, Redis and
 * Grafana, and fails where one still opens. Here is the rest: nothing that knew an old key runs any more, and the
 * operators' pages are asked with the old password.
 */

export interface Memory {
  /** Backends that ran with what is exchanged. */
  readonly backends: readonly Container[];
  /** Of the operators' pages; absent: it is not exchanged. */
  readonly operator?: string;
}

const heldByBackends: readonly Exchange["kind"][] = ["jwt", "key", "database", "redis"];

export async function remember(exchanges: readonly Exchange[], means: Means): Promise<Memory> {
  const operator = exchanges.some(({ kind }) => kind === "operator") ? await operatorPassword(means) : undefined;
  return { backends: await runningBackends(exchanges, means), ...(operator === undefined ? {} : { operator }) };
}

export async function proveDead(exchanges: readonly Exchange[], memory: Memory, means: Means): Promise<{ readonly dead: readonly string[]; readonly problems: readonly string[] }> {
  const dead = tried.flatMap(([kind, what]) => {
    const ours = exchanges.filter((one) => one.kind === kind && !isHalted(one, means));
    return ours.length === 0 ? [] : [`Tried, and dead: ${what}${ours.some(({ system }) => system !== undefined) ? ` (${ours.map(({ system }) => system ?? "").join(", ")})` : ""}.`];
  });
  const problems: string[] = [];
  if (memory.backends.length > 0) {
    const now = new Set((await runningBackends(exchanges, means)).map(({ id }) => id));
    const left = memory.backends.filter(({ id }) => now.has(id));
    problems.push(...left.map(({ name }) => `${name} runs with what it had before: docker rm -f ${name}`));
    if (left.length === 0) dead.push("No container runs any more that was started with an old secret.");
  }
  const door = memory.operator === undefined ? undefined : await tryDoor(memory.operator, means);
  return { dead: [...dead, ...(door?.dead ?? [])], problems: [...problems, ...(door?.problems ?? [])] };
}

/** What the update has tried, or it would have failed. */
const tried: readonly (readonly [Exchange["kind"], string])[] = [
  ["database", "the application's earlier login in its database"],
  ["database-admin", "earlier passwords of the database's administrator"],
  ["redis", "earlier passwords of Redis"],
  ["grafana", "the earlier password of Grafana's administrator"],
];

const isHalted = ({ system }: Exchange, { file }: Means): boolean => system !== undefined && file.get(["systems", system, "halted"]) !== undefined;

async function runningBackends(exchanges: readonly Exchange[], means: Means): Promise<readonly Container[]> {
  const ids = [...new Set(exchanges.filter((one) => heldByBackends.includes(one.kind) && !isHalted(one, means)).flatMap(({ system }) => system ?? []))];
  const found = await Promise.all(ids.map((id) => means.engine.containers({ "stackbook.stack": means.stack.name, "stackbook.system": id, "stackbook.service": "backend", "stackbook.role": "app" }, { all: false })));
  return found.flat();
}

async function operatorPassword({ stack }: Means): Promise<string | undefined> {
  const credentials = JSON.parse(await stack.cli.run(["stack", "output", "credentials", "--json", "--show-secrets"])) as { readonly monitoring?: { readonly operator?: { readonly password: string } } };
  return credentials.monitoring?.operator?.password;
}

/** Prometheus' page stands for all of them: the edge asks for one password. */
async function tryDoor(old: string, means: Means): Promise<{ readonly dead: readonly string[]; readonly problems: readonly string[] }> {
  const { facts, monitoring } = means.stack.outputs;
  const [first] = facts?.systems ?? [];
  const reached = first === undefined ? undefined : siteOf(means.stack, first.id);
  const page = monitoring?.prometheus ?? undefined;
  if (reached === undefined || page === undefined) return { dead: [], problems: [] };
  const site: Site = { ...reached, origin: new URL(page).origin };
  const now = await operatorPassword(means);
  const status = async (password: string): Promise<number> => {
    const headers = { authorization: `Basic ${Buffer.from(`operator:${password}`).toString("base64")}` };
    return (await visit(site, { method: "GET", path: "/", headers, timeoutMs: 10_000 })).status;
  };
  try {
    const [before, after] = [await status(old), await status(now ?? "")];
    if (before !== 401) return { dead: [], problems: [`${page} answers ${before} to the earlier password of its operators`] };
    if (after === 401) return { dead: [], problems: [`${page} answers 401 to the new password of its operators`] };
    return { dead: ["Tried, and dead: the earlier password of the operators' pages."], problems: [] };
  } catch (error) {
    return { dead: [], problems: [`${page} could not be asked whether the earlier password is dead: ${error instanceof Error ? error.message : String(error)}`] };
  }
}
