import { setTimeout as sleep } from "node:timers/promises";
import { haltText, marksOf } from "../../halts/mark";
import type { Means } from "../change";
import { size } from "../backups/texts";
import { Problem } from "../problem";
import { alerts } from "../prometheus";
import { checkHealth, type Check } from "../reading/health";
import { failed, runSmoke, type SmokeResult, type SmokeSetting } from "../smoke";
import { besideOf, systemPath } from "../slots";
import { shortName, stackContainers } from "../stackContainers";
import { backupProblems } from "./backups";
import type { DeployRequest } from "./options";

export type Looking = Pick<Means, "stack" | "engine" | "context" | "file" | "say">;

export interface Prechecked {
  /** Nothing is touched while there are any. */
  readonly problems: readonly string[];
  /** What people should know, and what holds nothing up. */
  readonly notes: readonly string[];
  /** Flows that fail with what runs now: they say nothing of a new version. */
  readonly failing: readonly string[];
}

/** Of what the engine's disk has: new images and containers, their logs, and the backup that the update takes. */
const leastFreeBytes = 2 * 1024 ** 3;

/** Everything that must be so before a deploy, looked at together, so that all that is wrong is said at once. */
export async function precheck(request: DeployRequest, looking: Looking, smoke: SmokeSetting | undefined): Promise<Prechecked> {
  const own = [...enabled(request, looking), ...unfinished(request, looking), ...(await halted(request, looking))];
  // Of a system that doesn't run the rest would only say the same in other words.
  if (own.length > 0) return { problems: own, notes: [], failing: [] };
  const [ill, flows, firing, disk, backup] = await Promise.all([
    health(request, looking, smoke), smoke === undefined ? [] : runSmoke(flowsOf(request, looking), smoke), criticalAlerts(request, looking), diskProblems(looking), backupProblems(request.system, looking),
  ]);
  const failing = failed(flows);
  const present = [...ill, ...failing.map(describeFailure), ...firing.problems];
  const waived = request.despite !== undefined;
  return {
    problems: [
      ...(waived ? [] : present.map((problem) => `${problem}`)),
      ...(waived || present.length === 0 ? [] : [`Deploying what puts that right? Say so: --despite "<why>"`]),
      ...disk, ...backup.problems,
    ],
    notes: [...(waived ? present.map((problem) => `in spite of: ${problem}`) : []), ...firing.notes, ...backup.notes, ...maintenanceNotes(request, looking)],
    failing: failing.map(({ flow }) => flow),
  };
}

export function flowsOf({ system }: Pick<DeployRequest, "system">, { stack }: Pick<Looking, "stack">): NonNullable<Means["stack"]["outputs"]["facts"]>["systems"][number]["smoke"] {
  return stack.outputs.facts?.systems.find(({ id }) => id === system)?.smoke ?? [];
}

function describeFailure({ flow, why = "" }: SmokeResult): string {
  return `the smoke check "${flow}" fails with the version that runs: ${why}`;
}

function enabled({ system }: DeployRequest, { stack }: Looking): string[] {
  const output = stack.outputs.systems?.[system];
  if (output?.enabled === false) return [`${system} is switched off: set systems.${system}.enabled to true, then pulumi up`];
  if (stack.outputs.facts === undefined) return ["the stack was made by an older program, which says too little of itself: run pulumi up once"];
  return [];
}

/** The engine knows at once, the stack file when the next update says so. */
async function halted({ system }: DeployRequest, { engine, file, stack }: Looking): Promise<string[]> {
  const { [system]: mark } = await marksOf(engine, shortName(stack.name), system);
  if (mark?.stage !== "halted" && file.get(systemPath(system, "halted")) === undefined) return [];
  return [`${system} is halted${mark === undefined ? "" : ` ${haltText(mark)}`}: resume it first, npx stackbook resume ${system}`];
}

/** Where an earlier command stopped half-way. */
export function unfinished({ mode, system }: DeployRequest, { file }: Pick<Looking, "file">): string[] {
  const beside = besideOf(file, system);
  if (mode !== "deploy" || beside === undefined || beside.percent === 0) return [];
  return [`a gradual deploy of ${system} ${beside.version} has stopped at ${beside.percent} % of its visitors: npx stackbook deploy ${system} --continue, or --abort`];
}

/** Seconds; what an update has just made is asked for its health for the first time after up to ten. */
const patience = 30;

/** What has only just started is waited for: an update ends before the engine has looked at all that it made. */
async function health({ system }: DeployRequest, { context, engine, say, stack }: Looking, smoke: SmokeSetting | undefined): Promise<string[]> {
  const look = async (): Promise<readonly Check[]> => {
    const [own, whole] = await Promise.all([checkHealth(stack, engine, system, context.now(), smoke?.visit), checkHealth(stack, engine, "stack", context.now(), smoke?.visit)]);
    return [...own, ...whole.filter(({ check }) => check === "edge")].filter(({ ok }) => !ok);
  };
  let ill = await look();
  for (let waited = 0; waited < patience && ill.length > 0 && ill.every(({ starting }) => starting === true); waited += 1) {
    if (waited === 0) say(`waiting for ${ill.map(({ check }) => check).join(", ")}, just started`);
    await (smoke?.pause ?? oneSecond)();
    ill = await look();
  }
  return ill.map(({ check, what }) => `${check === "edge" ? "the edge" : `${system}'s ${check}`} is not well: ${what}`);
}

function oneSecond(): Promise<void> {
  return sleep(1000);
}

/** Pages of the system, and of what all systems stand on; tickets are said. */
async function criticalAlerts({ system }: DeployRequest, { engine, stack }: Looking): Promise<{ readonly problems: readonly string[]; readonly notes: readonly string[] }> {
  if (stack.outputs.monitoring === undefined) return { problems: [], notes: ["nothing watches this stack: alerts are not asked, and how long requests take is not judged"] };
  try {
    const firing = (await alerts(stack, engine)).filter(({ quiet, state, ...alert }) => state === "firing" && quiet === undefined && (alert.system === system || alert.system === "stack"));
    const describe = ({ name, summary }: (typeof firing)[number]): string => `${name}: ${summary}`;
    return {
      problems: firing.filter(({ severity }) => severity === "page").map((alert) => `a critical alert is firing, ${describe(alert)}`),
      notes: firing.filter(({ severity }) => severity === "ticket").map((alert) => `an alert is firing, ${describe(alert)}`),
    };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { problems: [`alerts can't be asked: ${error.message}`], notes: [] };
  }
}

/** Docker's own disk, as a container sees it: the edge has a shell, and always runs. */
async function diskProblems({ engine, stack }: Looking): Promise<string[]> {
  const [edge] = (await stackContainers(stack, engine, { system: "stack", service: "edge" })).filter(({ state }) => state === "running");
  if (edge === undefined) return [];
  const { code, out } = await engine.exec(edge.name, ["df", "-Pk", "/"], "");
  const free = freeBytes(out);
  if (code !== 0 || free === undefined) return [`how much disk the engine has left can't be read: df in ${edge.name} says ${out.trim().split("\n").at(-1) ?? "nothing"}`];
  return free >= leastFreeBytes ? [] : [`the engine's disk has ${size(free)} left, a deploy needs ${size(leastFreeBytes)}: docker system df shows what Docker keeps`];
}

/** `Filesystem 1024-blocks Used Available Capacity Mounted on` */
export function freeBytes(df: string): number | undefined {
  const available = Number(df.trim().split("\n").at(-1)?.trim().split(/\s+/).at(3));
  return Number.isFinite(available) ? available * 1024 : undefined;
}

function maintenanceNotes({ system }: DeployRequest, { file }: Looking): string[] {
  const own = file.get(systemPath(system, "maintenance"));
  return Array.isArray(own) && own.length > 0 ? [`${system} has times of maintenance: while one is open, smoke checks need an operator's address (edge.bypass)`] : [];
}
