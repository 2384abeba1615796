import { z } from "zod";
import { readJson, writeJson } from "../../common/files";
import type { Log } from "../../common/log";
import { toldClosing } from "./closed";
import { release } from "./releases";

export const noticeKinds = ["deploy", "rollback", "drill", "incident", "maintenance", "digest"] as const;
export type NoticeKind = (typeof noticeKinds)[number];

/** Something the channels are told once. */
export const notice = z.object({
  id: z.string(),
  kind: z.enum(noticeKinds),
  /** A system's id, or "stack". */
  system: z.string(),
  title: z.string(),
  text: z.string(),
  at: z.string(),
  /** When Alertmanager took it; absent until then. */
  acceptedAt: z.string().optional(),
});
export type Notice = z.infer<typeof notice>;

const state = z.object({
  releases: z.record(z.string(), z.array(release)).default({}),
  /** Until when the daily digest has reported. */
  digestUntil: z.string().optional(),
  digestSentAt: z.string().optional(),
  /** What people were told of closed times, by which they are known. */
  closings: z.record(z.string(), toldClosing).default({}),
  outbox: z.array(notice).default([]),
});
export type State = z.infer<typeof state>;

/** What the agent must not forget over a restart, besides history and incidents. */
export class StateFile {
  private current: State;

  constructor(private readonly path: string, log: Log) {
    this.current = readJson(path, (value) => state.parse(value), log) ?? { releases: {}, closings: {}, outbox: [] };
  }

  get value(): Readonly<State> {
    return this.current;
  }

  change(change: Partial<State>): void {
    this.current = { ...this.current, ...change };
    writeJson(this.path, this.current);
  }
}
