import { systems, type SystemId } from "../../systems";

/** How long ahead the runbooks promise visitors to hear of it (D6). */
export interface Notice {
  readonly hours: number;
  /** Who promises it, for people; empty: nobody. */
  readonly promises: readonly string[];
}

/** The longest of these systems'. */
export function noticeOf(ids: readonly SystemId[]): Notice {
  const promised = ids.flatMap((id) => {
    const { maintenance, runbook, title } = systems[id];
    return maintenance === undefined ? [] : [{ hours: maintenance.noticeHours, text: `${title} ${maintenance.noticeHours} h (${runbook}, ${maintenance.section})` }];
  });
  return { hours: Math.max(0, ...promised.map(({ hours }) => hours)), promises: promised.map(({ text }) => text) };
}

export function earliestStart({ hours }: Notice, now: Date): Date {
  return new Date(now.getTime() + hours * 3_600_000);
}
