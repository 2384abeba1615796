import type { Context } from "../commands/types";
import { readAudit } from "../change/audit";
import type { Container, Engine } from "../engine";
import { eachOf } from "../engine/containers";
import type { Place } from "../stack";
import { stackContainers, systemOf } from "../stackContainers";
import { Bundle, type Entry } from "./bundle";
import { describeTables, readTables } from "./connections";
import { hideEnvironment, Veil } from "./secrets";

export interface EvidenceRequest {
  /** Absent: all of the stack. */
  readonly system?: string | undefined;
  /** Absent: all that the engine has kept. */
  readonly since?: Date;
  readonly output: string;
}

export interface Evidence {
  readonly archive: Entry;
  readonly containers: number;
  /** What could not be had, and why. */
  readonly missing: readonly string[];
}

/** Containers as they are at this moment, and what is known of them, in one archive. Nothing is stopped or changed. */
export async function gatherEvidence({ output, since, system }: EvidenceRequest, place: Place, engine: Engine, context: Context): Promise<Evidence> {
  const bundle = new Bundle();
  const missing: string[] = [];
  const began = context.now();
  const or = async (what: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      missing.push(`${what}: ${(error instanceof Error ? error.message : String(error)).split("\n")[0] ?? ""}`);
    }
  };
  try {
    const all = await stackContainers(place, engine);
    const chosen = system === undefined ? all : all.filter((container) => systemOf(container) === system);
    // What is gone in a moment comes first: connections and processes; logs stay where they are.
    const veil = await lookInto(chosen, engine, bundle, or);
    await eachOf(chosen, atOnce, (container) => or(`log of ${container.name}`, () => writeLog(container, since, engine, veil, bundle)));
    await or("log lines of the edge", () => writeEdgeLines(all, system, since, engine, veil, bundle));
    await or("the stack", () => writeStack(place, context, veil, bundle));
    bundle.text("audit.jsonl", readAudit(context.root, place.name).map((entry) => `${JSON.stringify(entry)}\n`).join(""));
    bundle.text("states.txt", `${chosen.map(stateLine).join("\n")}\n`);
    const manifest = { stack: place.name, system: system ?? "all", by: context.who, began: began.toISOString(), ended: context.now().toISOString(), engine: place.dockerHost ?? "local", missing, files: await bundle.entries() };
    bundle.json("manifest.json", manifest);
    const archive = await bundle.seal(output, `evidence-${place.name.replace(/\W+/g, "-")}-${began.toISOString().replace(/[:.]/g, "")}`, began);
    return { archive, containers: chosen.length, missing };
  } finally {
    bundle.remove();
  }
}

/** Containers that are looked into at a time: each question is a connection to the engine. */
const atOnce = 4;

type Or = (what: string, work: () => Promise<void>) => Promise<void>;

async function lookInto(containers: readonly Container[], engine: Engine, bundle: Bundle, or: Or): Promise<Veil> {
  const inspected = await Promise.all(containers.map(async (container) => ({ container, whole: await engine.inspectWhole(container.id) })));
  const environments = inspected.map(({ whole }) => hideEnvironment(environmentOf(whole)));
  const veil = new Veil(environments.flatMap(({ hidden }) => hidden));
  await eachOf(inspected.map((each, at) => ({ ...each, at })), atOnce, async ({ at, container, whole }) => {
    const config = whole["Config"] as Readonly<Record<string, unknown>>;
    const shown = JSON.stringify({ ...whole, Config: { ...config, Env: environments[at]?.shown ?? [] } }, null, 2);
    bundle.text(`containers/${container.name}/inspect.json`, `${veil.known(shown)}\n`);
    if (container.state !== "running") return;
    await or(`processes of ${container.name}`, async () => {
      const rows = await engine.processes(container.id);
      bundle.text(`containers/${container.name}/processes.txt`, `${rows.map((row) => veil.over(row.join("\t"))).join("\n")}\n`);
    });
    await or(`connections of ${container.name}`, async () => {
      const { code, err, out } = await engine.exec(container.id, readTables, "", { timeoutSeconds: 10 });
      if (code !== 0 && out === "") throw new Error(`its image can't tell (${(err.trim().split("\n")[0] ?? "") || `exit code ${code}`})`);
      bundle.text(`containers/${container.name}/connections.txt`, `${describeTables(out).join("\n")}\n`);
    });
    await or(`use of ${container.name}`, async () => bundle.json(`containers/${container.name}/stats.json`, await engine.stats(container.id)));
  });
  return veil;
}

function environmentOf(whole: Readonly<Record<string, unknown>>): readonly string[] {
  const env = (whole["Config"] as { readonly Env?: readonly string[] } | undefined)?.Env;
  return env ?? [];
}

function writeLog(container: Container, since: Date | undefined, engine: Engine, veil: Veil, bundle: Bundle): Promise<void> {
  return bundle.lines(`containers/${container.name}/log.txt`, (write) =>
    engine.logs(container.id, since === undefined ? {} : { since }, ({ at, stream, text }) => write(`${at} ${stream} ${veil.over(text)}`)),
  );
}

async function writeEdgeLines(all: readonly Container[], system: string | undefined, since: Date | undefined, engine: Engine, veil: Veil, bundle: Bundle): Promise<void> {
  const edge = all.find(({ labels }) => labels["stackbook.role"] === "edge" && labels["stackbook.service"] === "edge");
  // Of the whole stack, its log is among the others.
  if (edge === undefined || system === undefined) return;
  await bundle.lines("edge.jsonl", (write) =>
    engine.logs(edge.id, since === undefined ? {} : { since }, ({ text }) => {
      if (text.includes(`"system":"${system}"`)) write(veil.over(text));
    }),
  );
}

/** Outputs without secrets, the release that runs and those before, the stack file as it is. */
async function writeStack(place: Place, context: Context, veil: Veil, bundle: Bundle): Promise<void> {
  const file = context.stackFile(place.name);
  if (file !== undefined) bundle.text("stack-file.yaml", file.split("\n").map((line) => veil.over(line.replace(/(secure:\s*)\S+/, "$1[not shown]"))).join("\n"));
  const { outputs, state } = await context.openStack(place.name);
  bundle.json("stack.json", { name: place.name, outputs, state });
}

function stateLine({ exitCode, health, image, labels, name, networks, restarts, startedAt, state }: Container): string {
  return [
    name, state, health ?? "-", `since ${startedAt?.toISOString() ?? "-"}`, `restarts ${restarts}`, ...(exitCode === undefined ? [] : [`exit code ${exitCode}`]),
    `version ${labels["stackbook.version"] ?? "-"}`, image.id, `networks ${networks.map((network) => network.name).join(",") || "none"}`,
  ].join("\t");
}
