import type { Auth } from "./auth/routes";
import { sleep } from "./database";
import { HttpError, type Request, type Response, type Route } from "./http/types";
import type { Log } from "./log";

export const faultsPath = "/api/demo/faults";

/** Never disturbed: who pushed a fault must be able to sign in and end it. */
const spared = [faultsPath, "/api/auth/login"];

interface Range {
  readonly minimum: number;
  readonly maximum: number;
  readonly fallback: number;
  readonly whole: boolean;
}

const numbers = {
  /** The part of all requests that is answered with 500. */
  errorRatio: { minimum: 0, maximum: 1, fallback: 0, whole: false },
  delayMs: { minimum: 0, maximum: 30_000, fallback: 0, whole: true },
  /** Taken and held. More than the container has lets the engine kill it, which is a fault worth seeing too. */
  memoryMiB: { minimum: 0, maximum: 16_384, fallback: 0, whole: true },
  seconds: { minimum: 1, maximum: 3600, fallback: 60, whole: true },
} satisfies Readonly<Record<string, Range>>;

type Pushed = Readonly<Record<keyof typeof numbers, number>>;

const longestLine = 2000;

export interface FaultParts {
  readonly auth: Pick<Auth, "admin">;
  readonly log: Log;
  /** Cuts the connections of all sockets, where the system has some. */
  readonly dropSockets?: () => void;
}

/**
 * Errors, latency, memory and log lines on demand, so that alerts and dashboards can be seen at work. Made only
 * with REFERENCE_FAULTS=1, and then for administrators; each replica has its own.
 */
export class Faults {
  private pushed: (Pushed & { readonly until: number }) | undefined;
  private held: Buffer[] = [];
  private owed = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly parts: FaultParts) {
    parts.log.warn("REFERENCE_FAULTS=1: administrators can push faults through this process", { path: faultsPath });
  }

  routes(): readonly Route[] {
    const guarded = (handler: (request: Request) => Promise<Response> | Response) => async (request: Request): Promise<Response> => {
      await this.parts.auth.admin(request);
      return handler(request);
    };
    return [
      { method: "GET", path: faultsPath, handler: guarded(() => this.answer()) },
      { method: "POST", path: faultsPath, handler: guarded((request) => this.push(request)) },
      { method: "DELETE", path: faultsPath, handler: guarded(() => this.end()) },
    ];
  }

  /** Called with every request that is no machine's check. */
  readonly disturb = async (path: string): Promise<void> => {
    const { pushed } = this;
    if (pushed === undefined || spared.includes(path)) return;
    if (pushed.delayMs > 0) await sleep(pushed.delayMs);
    // Counted, not thrown by dice: of ten requests at 0.3 exactly three fail, though ten times 0.3 is a little less than 3 here.
    this.owed += pushed.errorRatio;
    if (this.owed < 1 - 1e-9) return;
    this.owed -= 1;
    throw new Error("a fault was pushed through this process on purpose");
  };

  stop(): void {
    clearTimeout(this.timer);
    this.pushed = undefined;
    this.held = [];
  }

  private async push(request: Request): Promise<Response> {
    const { pushed, line, dropSockets } = readFault(await request.json(), this.parts.dropSockets !== undefined);
    this.stop();
    this.owed = 0;
    this.pushed = { ...pushed, until: Date.now() + pushed.seconds * 1000 };
    this.timer = setTimeout(() => this.stop(), pushed.seconds * 1000).unref();
    // Filled, as memory that is never written to is never taken.
    this.held = Array.from({ length: pushed.memoryMiB }, () => Buffer.alloc(1024 * 1024, 1));
    if (dropSockets) this.parts.dropSockets?.();
    this.parts.log.warn("a fault is pushed", { ...pushed, requestId: request.id });
    if (line !== undefined) this.parts.log.info("a line on demand", { line, requestId: request.id });
    return this.answer();
  }

  private end(): Response {
    this.stop();
    return this.answer();
  }

  private answer(): Response {
    const { until, ...pushed } = this.pushed ?? { until: undefined };
    return { status: 200, body: until === undefined ? { active: false } : { active: true, ...pushed, memoryMiB: this.held.length, until: new Date(until).toISOString() } };
  }
}

function readFault(body: Readonly<Record<string, unknown>>, hasSockets: boolean): { readonly pushed: Pushed; readonly line?: string; readonly dropSockets: boolean } {
  const known = [...Object.keys(numbers), "line", ...(hasSockets ? ["dropSockets"] : [])];
  const problems = Object.keys(body).filter((name) => !known.includes(name)).map((name) => `${name} is unknown; use ${known.join(", ")}`);
  const read = (name: keyof typeof numbers): number => {
    const { minimum, maximum, fallback, whole } = numbers[name];
    const value = body[name] ?? fallback;
    if (typeof value === "number" && value >= minimum && value <= maximum && (!whole || Number.isInteger(value))) return value;
    problems.push(`${name} must be a ${whole ? "whole " : ""}number from ${minimum} to ${maximum}`);
    return fallback;
  };
  const pushed = { errorRatio: read("errorRatio"), delayMs: read("delayMs"), memoryMiB: read("memoryMiB"), seconds: read("seconds") };
  const { line, dropSockets = false } = body;
  if (line !== undefined && (typeof line !== "string" || line.length > longestLine)) problems.push(`line must be a text of at most ${longestLine} characters`);
  if (typeof dropSockets !== "boolean") problems.push("dropSockets must be true or false");
  if (problems.length > 0) throw new HttpError(400, "invalid", problems.join("; "));
  return { pushed, ...(typeof line === "string" ? { line } : {}), dropSockets: dropSockets === true };
}
