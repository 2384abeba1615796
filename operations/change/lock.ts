import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import type { Engine, Volume } from "../engine";
import { exitCodes, Problem } from "../problem";

/** Who is at work on a stack, as the engine keeps it. */
export interface Holder {
  readonly what: string;
  readonly who: string;
  readonly host: string;
  readonly pid: string;
  /** In a form that only compares: a process number is used again sooner or later. */
  readonly start: string;
  readonly since: string;
  readonly token: string;
}

export interface LockRequest {
  readonly stack: string;
  readonly what: string;
  readonly who: string;
  readonly now: Date;
  readonly say: (line: string) => void;
}

type StartOf = (pid: number) => string | undefined;

const label = "stackbook.lock";
const nameOf = (stack: string): string => `stackbook-${stack}-lock`;

/**
 * One operation at a time on a stack, from its first check to its last watched minute; Pulumi's own lock holds for one
 * update only. It is an empty volume on the stack's engine, which makes one of a name however many ask at once: so two
 * operators on two machines see each other. One whose process was killed is taken over.
 * @returns gives it back
 */
export async function takeLock(engine: Engine, { now, say, stack, what, who }: LockRequest): Promise<() => Promise<void>> {
  const { startOf } = await import("../../setup/base/processes.mjs");
  const mine: Holder = { what, who, host: hostname(), pid: String(process.pid), start: startOf(process.pid) ?? "", since: now.toISOString(), token: randomBytes(8).toString("hex") };
  for (let attempt = 0; attempt < 3; attempt++) {
    await engine.createVolume(nameOf(stack), labelsOf(stack, mine));
    const holder = await currentHolder(engine, stack);
    if (holder?.token === mine.token) return () => release(engine, stack, mine.token);
    if (holder !== undefined && !isStale(holder, startOf)) throw locked(stack, holder);
    if (holder !== undefined) {
      say(`${describe(holder)} was killed and left its lock; taken over`);
      await release(engine, stack, holder.token);
    }
  }
  throw new Problem(`the lock of the stack ${stack} changes hands too quickly`, ["Others are at work on it: wait, then run this again."], exitCodes.locked);
}

/** Takes it from whoever has it, on a person's word. @returns who had it */
export async function breakLock(engine: Engine, stack: string): Promise<Holder | undefined> {
  const holder = await currentHolder(engine, stack);
  if (holder !== undefined) await release(engine, stack, holder.token);
  return holder;
}

export async function currentHolder(engine: Engine, stack: string): Promise<Holder | undefined> {
  const [volume] = (await engine.volumes({ [label]: stack })).filter(({ name }) => name === nameOf(stack));
  return volume === undefined ? undefined : holderOf(volume);
}

function holderOf({ labels }: Volume): Holder {
  const of = (name: string): string => labels[`stackbook.${name}`] ?? "";
  return { what: of("what"), who: of("who"), host: of("host"), pid: of("pid"), start: of("start"), since: of("since"), token: of("token") };
}

function labelsOf(stack: string, holder: Holder): Record<string, string> {
  return { [label]: stack, ...Object.fromEntries(Object.entries(holder).map(([name, value]: [string, string]) => [`stackbook.${name}`, value])) };
}

async function release(engine: Engine, stack: string, token: string): Promise<void> {
  if ((await currentHolder(engine, stack))?.token === token) await engine.removeVolume(nameOf(stack));
}

/** Only of a process of this machine can be said that it no longer runs. */
function isStale({ host, pid, start }: Holder, startOf: StartOf): boolean {
  return host === hostname() && startOf(Number(pid)) !== start;
}

function locked(stack: string, holder: Holder): Problem {
  return new Problem(`${describe(holder)} is at work on the stack ${stack}`, [
    "Wait until it has ended, then run this again; nothing was touched.",
    `Is it certain that it no longer runs (process ${holder.pid} on ${holder.host})? npx stackbook unlock --stack ${stack}`,
    "In an emergency nothing needs the lock: npx stackbook emergency-stop",
  ], exitCodes.locked);
}

export function describe({ since, what, who }: Holder): string {
  return `"${what}" by ${who} (since ${since.slice(11, 19)} UTC)`;
}
