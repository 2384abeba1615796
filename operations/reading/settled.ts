import type { Settings } from "../stack";

export interface Settled {
  /** Stopped in an emergency, until somebody resumes it. */
  readonly halted: boolean;
  /** The edge answers 503 on purpose. */
  readonly maintenance: boolean;
  readonly notes: readonly string[];
}

interface SystemSettings {
  readonly halted?: { readonly at?: string; readonly by?: string; readonly why?: string; readonly isolated?: boolean };
  readonly maintenance?: readonly { readonly from?: string; readonly until?: string; readonly message?: string }[];
}

/** What people have decided about a system, which no health check knows: that it is to be down. */
export function settledState(system: string, settings: Settings | undefined, now: Date): Settled {
  const { halted, maintenance = [] } = settingsOf(system, settings);
  const open = maintenance.find(({ from, until }) => (from === undefined || Date.parse(from) <= now.getTime()) && (until === undefined || Date.parse(until) > now.getTime()));
  return {
    halted: halted !== undefined,
    maintenance: open !== undefined,
    notes: [
      ...(halted === undefined
        ? []
        : [`halted${halted.at === undefined ? "" : ` since ${minute(halted.at)}`}${halted.by === undefined ? "" : ` by ${halted.by}`}${halted.why === undefined ? "" : `: ${halted.why}`}${halted.isolated === true ? " (cut off from all networks)" : ""}`]),
      ...(open === undefined ? [] : [`in maintenance${open.until === undefined ? "" : ` until ${minute(open.until)}`}: visitors get a page that says so`]),
    ],
  };
}

function settingsOf(system: string, settings: Settings | undefined): SystemSettings {
  const value = settings?.["stackbook:systems"]?.value;
  const all = value === undefined ? {} : (JSON.parse(value) as Readonly<Record<string, SystemSettings | null>>);
  const own = all[system] ?? {};
  const ofAll = settings?.["stackbook:maintenance"]?.value;
  return { ...own, maintenance: [...(own.maintenance ?? []), ...(ofAll === undefined ? [] : (JSON.parse(ofAll) as NonNullable<SystemSettings["maintenance"]>))] };
}

function minute(iso: string): string {
  return Number.isNaN(Date.parse(iso)) ? iso : `${new Date(iso).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
