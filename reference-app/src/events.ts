import type { AppEvent } from "./systems/types";

/** What happened, for those who count it. */
export class Events {
  private readonly listeners = new Map<AppEvent, (() => void)[]>();

  on(event: AppEvent, listener: () => void): void {
    this.listeners.set(event, [...(this.listeners.get(event) ?? []), listener]);
  }

  emit(event: AppEvent): void {
    for (const listener of this.listeners.get(event) ?? []) listener();
  }
}
