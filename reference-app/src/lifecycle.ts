import type { Server } from "node:http";
import { sleep } from "./database";
import type { Log } from "./log";

export interface StopPlan {
  readonly server: Server;
  readonly drainSeconds: number;
  readonly graceSeconds: number;
  readonly log: Log;
  /** Long-lived connections (Socket.io), closed once the edge has let go. */
  readonly closeSockets?: () => Promise<void>;
  /** Databases and files, closed last. */
  readonly closeResources?: () => Promise<void>;
}

/** Where the process is between starting and gone, and how many requests it still owes an answer. */
export class Lifecycle {
  private inFlight = 0;
  private stopping: Promise<boolean> | undefined;
  private state: "starting" | "ready" | "draining" = "starting";
  private idle: (() => void) | undefined;

  get ready(): boolean {
    return this.state === "ready";
  }

  get draining(): boolean {
    return this.state === "draining";
  }

  markReady(): void {
    if (this.state === "starting") this.state = "ready";
  }

  /** Counts a request in; the returned function counts it out. */
  begin(): () => void {
    this.inFlight += 1;
    let open = true;
    return () => {
      if (!open) return;
      open = false;
      this.inFlight -= 1;
      if (this.inFlight === 0) this.idle?.();
    };
  }

  /** True when every request got its answer, false when the grace ran out first. Asked twice, it stops once. */
  stop(plan: StopPlan): Promise<boolean> {
    this.stopping ??= this.run(plan);
    return this.stopping;
  }

  private async run(plan: StopPlan): Promise<boolean> {
    const wasReady = this.ready;
    const end = Date.now() + plan.graceSeconds * 1000;
    this.state = "draining";
    plan.log.info("stopping: not ready any more, still serving", { drainSeconds: plan.drainSeconds, inFlight: this.inFlight });
    // A process that never was ready gets no traffic to wait for.
    if (wasReady) await sleep(Math.min(plan.drainSeconds, plan.graceSeconds) * 1000);
    const closed = new Promise<void>((resolve) => plan.server.close(() => resolve()));
    plan.server.closeIdleConnections();
    const left = (): number => Math.max(0, end - Date.now());
    await within(left(), plan.closeSockets?.() ?? Promise.resolve());
    const finished = await within(left(), this.untilIdle());
    plan.server.closeIdleConnections();
    if (!finished) plan.log.warn("grace is over, cutting off what is open", { inFlight: this.inFlight });
    if (!finished || !(await within(Math.min(left(), 500), closed))) plan.server.closeAllConnections();
    await within(Math.max(left(), 500), plan.closeResources?.() ?? Promise.resolve());
    plan.log.info("stopped", { finished });
    return finished;
  }

  private untilIdle(): Promise<void> {
    if (this.inFlight === 0) return Promise.resolve();
    return new Promise((resolve) => { this.idle = resolve; });
  }
}

/** Whether the work came to its end, well or badly, in time. */
async function within(milliseconds: number, work: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => { timer = setTimeout(() => resolve(false), milliseconds); });
  const ended = work.then(() => true, () => true);
  return Promise.race([ended, late]).finally(() => clearTimeout(timer));
}
