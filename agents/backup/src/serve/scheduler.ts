import type { Context } from "../context";
import { drill } from "../drill";
import { describeError } from "../../../common/log";
import { run } from "../run";
import { ClockWatch } from "../schedule/clock";
import { backupSlots, drillSlots, dueNow, type Slots } from "../schedule/slots";
import { catchUp } from "../spread";
import { alone } from "../lock";
import { verify } from "../verify";

const minuteMs = 60_000;
/** After a failed run by schedule; the last one again and again, until the next slot. */
const retryMinutes = [1, 5, 15, 30, 60];
/** Stores are compared this often, and after each run. */
const catchUpMs = 10 * minuteMs;

/** Does what is due; one thing at a time. */
export class Scheduler {
  private busy: Promise<void> | undefined;
  private readonly clock: ClockWatch;
  private failures = 0;
  private retryAt = Infinity;
  private caughtUpAt = -Infinity;

  constructor(private readonly current: () => Context, private readonly signal: AbortSignal, private readonly counted: () => number = () => performance.now()) {
    this.clock = new ClockWatch(counted);
  }

  /** Quick: what takes long is begun, and not waited for. */
  tick(): void {
    const context = this.current();
    const now = context.parts.now();
    this.watchClock(context, now);
    if (this.busy !== undefined || this.signal.aborted) return;
    const work = this.workFor(context, now);
    if (work === undefined) return;
    this.busy = work()
      .catch((error: unknown) => context.log.error("scheduled work failed", { error: describeError(error) }))
      .finally(() => (this.busy = undefined));
  }

  /** What is under way has ended. */
  async idle(): Promise<void> {
    await this.busy;
  }

  private watchClock(context: Context, now: Date): void {
    const { seen } = context.state.value;
    const jump = this.clock.look(now, seen === undefined ? undefined : new Date(seen));
    if (jump !== 0) context.log.warn("the clock has jumped, or the agent was away for long: nothing is removed by its age for a day", { seconds: Math.round(jump / 1000) });
    context.clockTrusted = this.clock.trusted;
    if (seen === undefined || Math.abs(now.getTime() - Date.parse(seen)) >= minuteMs) context.state.change(() => ({ seen: now.toISOString() }));
  }

  private workFor(context: Context, now: Date): (() => Promise<void>) | undefined {
    const { role, settings, state, log } = context;
    if (role === "once") return undefined;
    const slots = role === "backup" ? backupSlots(settings) : drillSlots(settings);
    if (slots !== undefined) {
      const attended = state.value.attended[role];
      const due = dueNow(slots, attended === undefined ? undefined : new Date(attended), now);
      if (attended === undefined) this.attend(context, role, slots.last(now));
      if (due.kind !== "no") {
        if (due.kind === "clock") log.warn("a run was noted for a moment that is far ahead: the clock was wrong then; running now", { noted: attended, now: now.toISOString() });
        else if (due.missed) log.warn("a run was missed, and is made up for now", { slot: due.slot.toISOString() });
        this.failures = 0;
        return () => this.scheduled(context, slots, due.slot);
      }
      if (this.counted() >= this.retryAt) return () => this.scheduled(context, slots, slots.last(now));
    }
    if (role === "backup" && this.counted() - this.caughtUpAt >= catchUpMs) return () => this.catchUp(context);
    return undefined;
  }

  private async scheduled(context: Context, slots: Slots, slot: Date): Promise<void> {
    const { log, role } = context;
    // Noted before: a run that kills the agent each time does not do so all day long.
    if (role !== "once") this.attend(context, role, slot);
    this.retryAt = Infinity;
    try {
      if (role === "backup") await this.backUp(context);
      else if (role === "drill") await this.rehearse(context);
      this.failures = 0;
    } catch {
      // run and drill have told why.
      if (this.signal.aborted) return;
      const minutes = retryMinutes[Math.min(this.failures, retryMinutes.length - 1)] ?? 60;
      this.failures += 1;
      // A drill that could not be held three times needs a person.
      if (role === "backup" || this.failures <= 3) {
        this.retryAt = this.counted() + minutes * minuteMs;
        log.warn(`the ${role} is tried again`, { minutes, next: slots.next(context.parts.now()).toISOString() });
      }
    }
  }

  /** A backup that was just taken is read again: what is not verified may be none. */
  private async backUp(context: Context): Promise<void> {
    const { backup, bytes } = await run(context, { tier: "daily", reason: "schedule" }, this.signal, () => undefined);
    if (bytes === null || (context.settings.encryption.kind === "publicKey" && context.settings.encryption.privateKeyFile === undefined)) return;
    try {
      const { parts } = await verify(context, backup, this.signal, () => undefined);
      const damaged = parts.filter(({ ok }) => !ok);
      if (damaged.length > 0) throw new Error(damaged.map(({ name, problem }) => `${name}: ${problem ?? ""}`).join("; "));
    } catch (error) {
      if (!this.signal.aborted) {
        context.state.tell({ lastRunFailed: 1 });
        context.log.error("a backup could not be verified after it was taken", { backup, error: describeError(error) });
      }
      throw error;
    }
  }

  /** A system that is new and empty has no backup to rehearse; one that had some and has none any more fails its drill. */
  private async rehearse(context: Context): Promise<void> {
    const { log, state, vault } = context;
    if (state.value.figures.lastDrill === undefined && (await vault.list(() => undefined)).length === 0) log.info("there is no backup to rehearse yet");
    else await drill(context, "latest", this.signal, () => undefined);
  }

  private async catchUp(context: Context): Promise<void> {
    this.caughtUpAt = this.counted();
    if (context.vault.stores.length < 2) return;
    const { log } = context;
    await alone(context.lockFiles(), { waitSeconds: context.parts.waitSeconds, signal: this.signal }, async () => {
      await catchUp(context, this.signal, (line) => log.info(line)).catch((error: unknown) => log.warn("a store lacks backups that another has", { error: describeError(error) }));
    });
  }

  private attend({ state }: Context, role: "backup" | "drill", slot: Date): void {
    state.change(({ attended }) => ({ attended: { ...attended, [role]: slot.toISOString() } }));
  }
}
