import type { StatusView } from "./view";

/** For other pages and programs; fields are added, never changed. */
export function renderJson(view: StatusView): object {
  return {
    title: view.title,
    state: view.state,
    time: view.now.toISOString(),
    checkedAt: view.checkedAt?.toISOString() ?? null,
    timeZone: view.timeZone,
    systems: view.systems.map(({ id, title, url, state, ratio, days }) => ({
      id, title, url: url ?? null, state, availability90d: ratio ?? null,
      days: days.map((day) => ({ day: day.day, state: day.state, availability: day.ratio ?? null })),
    })),
    incidents: { open: view.open, past: view.past },
    maintenance: view.maintenance,
    closed: view.closed,
  };
}
