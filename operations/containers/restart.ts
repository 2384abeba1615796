import type { Container, Engine } from "../engine";
import type { EdgeServers } from "../edgeServers";
import { serviceOf, systemOf } from "../stackContainers";
import { untilHealthy } from "./health";

/** One step of a restart: a container, and whether the edge leads visitors past it meanwhile. */
export interface Step {
  readonly container: Container;
  /** Others of its service serve while it is away. */
  readonly isCovered: boolean;
}

export interface Restarted {
  readonly container: string;
  readonly seconds: number;
}

/** Seconds that a container gets to end by itself: as much as a deploy gives (components/system.ts), a database more. */
const graceSeconds = (container: Container): number => (isStore(container) ? 60 : 30);

/** Seconds that requests in work get to end before their container is told to; open WebSockets are not waited for beyond. */
const drainSeconds = 10;
const healthSeconds = 180;
/** HAProxy looks every two seconds, and believes after one good answer. */
const edgeSeconds = 30;
/** Two of its looks: by then it has seen the container where it is now. */
const settleSeconds = 2.5;

export function isStore(container: Container): boolean {
  const role = container.labels["stackbook.role"];
  return role === "database" || role === "cache";
}

/** In order: applications one after the other, each service's replicas too; then the rest; stores last. */
export function planRestart(containers: readonly Container[]): readonly Step[] {
  const rank = (container: Container): number => (container.labels["stackbook.role"] === "app" ? 0 : isStore(container) ? 2 : 1);
  const key = (container: Container): string => [rank(container), systemOf(container), serviceOf(container), container.name].join(" ");
  const running = containers.filter(({ state }) => state === "running");
  return [...containers]
    .sort((a, b) => (key(a) < key(b) ? -1 : 1))
    .map((container) => ({ container, isCovered: container.labels["stackbook.role"] === "app" && running.filter((other) => isSibling(container, other)).length > 1 }));
}

/** Serves the same visitors. A version that has none of them yet, or no more, is in the other slot. */
function isSibling(one: Container, other: Container): boolean {
  return systemOf(one) === systemOf(other) && serviceOf(one) === serviceOf(other) && one.labels["stackbook.slot"] === other.labels["stackbook.slot"];
}

export interface RestartTools {
  readonly engine: Engine;
  readonly edge: EdgeServers | undefined;
  readonly say: (line: string) => void;
  readonly now: () => Date;
}

/** The edge leads nobody there, it ends its requests, it starts, it is healthy, the edge leads visitors there again. */
export async function restartSoftly({ container }: Step, tools: RestartTools): Promise<Restarted> {
  const { engine, now, say } = tools;
  const began = now().getTime();
  const led = await leadPast(container, tools);
  try {
    await engine.restart(container.id, graceSeconds(container));
    await untilHealthy(engine, container.name, healthSeconds);
  } finally {
    // What doesn't get healthy is kept out by the edge's own checks, and let in by them once it does.
    if (led) await leadBack(container, tools);
  }
  const seconds = (now().getTime() - began) / 1000;
  say(`${container.name}: restarted in ${seconds.toFixed(1)} s${led ? ", and visitors reach it again" : ""}`);
  return { container: container.name, seconds };
}

/** All at once, whoever is at work in them. */
export async function restartHard(steps: readonly Step[], { engine, now, say }: RestartTools): Promise<readonly Restarted[]> {
  const began = now().getTime();
  await Promise.all(steps.map(({ container }) => engine.restart(container.id, 1)));
  // Stores first: what needs them is healthy only after them.
  const waiting = [...steps].reverse();
  const ended = await Promise.allSettled(waiting.map(({ container }) => untilHealthy(engine, container.name, healthSeconds)));
  const failed = ended.find((end) => end.status === "rejected");
  if (failed !== undefined) throw failed.reason;
  const seconds = (now().getTime() - began) / 1000;
  say(`${steps.length} containers are healthy again after ${seconds.toFixed(1)} s`);
  return steps.map(({ container }) => ({ container: container.name, seconds }));
}

/** Whom a restart that was killed has left out: the edge would never let them in again by itself. */
export async function letIn(containers: readonly Container[], tools: RestartTools): Promise<void> {
  const { edge, say } = tools;
  if (edge === undefined) return;
  for (const container of containers.filter(({ labels, state }) => labels["stackbook.role"] === "app" && state === "running")) {
    if ((await edge.state(container))?.status.startsWith("MAINT") !== true) continue;
    say(`${container.name}: an earlier restart was cut off and left it without visitors; let in again`);
    await leadBack(container, tools);
  }
}

async function leadPast(container: Container, { edge, say }: RestartTools): Promise<boolean> {
  if (edge === undefined || (await edge.state(container)) === undefined) return false;
  if (!(await edge.tell(container, "maint"))) {
    say(`${container.name}: the edge takes no orders; it notices by its checks that the container is away (pulumi up brings the newer edge)`);
    return false;
  }
  const until = Date.now() + drainSeconds * 1000;
  while (((await edge.state(container))?.sessions ?? 0) > 0 && Date.now() < until) await pause(200);
  return true;
}

/** First without visitors, so that the edge finds out where it is now; it may have another address. */
async function leadBack(container: Container, { edge, say }: RestartTools): Promise<void> {
  if (edge === undefined) return;
  await edge.tell(container, "drain");
  const until = Date.now() + edgeSeconds * 1000;
  let good: number | undefined;
  for (;;) {
    const state = await edge.state(container);
    const isGood = state === undefined || (state.check === "L7OK" && !state.status.startsWith("DOWN"));
    good = isGood ? (good ?? Date.now()) : undefined;
    if (good !== undefined && Date.now() - good >= settleSeconds * 1000) break;
    if (Date.now() > until) {
      say(`${container.name}: the edge does not see it healthy after ${edgeSeconds} s, and leads nobody there until it does`);
      break;
    }
    await pause(250);
  }
  await edge.tell(container, "ready");
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
