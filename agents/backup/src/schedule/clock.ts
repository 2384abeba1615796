const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/**
 * Tells whether the wall clock can be believed when things are removed by their age: not for a day after it has jumped
 * by an hour or more, seen against a clock that only counts, or after the agent was away for two days, when nobody can
 * tell a long rest from a jump.
 */
export class ClockWatch {
  private last: { readonly wall: number; readonly counted: number } | undefined;
  private doubtUntil = -Infinity;

  constructor(private readonly counted: () => number = () => performance.now()) {}

  /** The jump in milliseconds, if there was one since the last look; `seen`: when an earlier process of this agent last looked. */
  look(now: Date, seen?: Date): number {
    const wall = now.getTime();
    const counted = this.counted();
    const jump = this.last === undefined ? 0 : wall - this.last.wall - (counted - this.last.counted);
    const away = this.last === undefined && seen !== undefined ? wall - seen.getTime() : 0;
    this.last = { wall, counted };
    if (Math.abs(jump) >= hourMs || away > 2 * dayMs || away < -hourMs) {
      this.doubtUntil = counted + dayMs;
      return jump === 0 ? away : jump;
    }
    return 0;
  }

  get trusted(): boolean {
    return this.counted() >= this.doubtUntil;
  }
}
