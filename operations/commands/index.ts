import type { CommandModule } from "./types";

export interface CommandEntry {
  readonly summary: string;
  /** Loaded only when it runs, so that every command starts fast however many there are. */
  readonly load: () => Promise<CommandModule>;
}

/** Every command there is. */
export const commands: Readonly<Record<string, CommandEntry>> = {
  incident: { summary: "tells channels and status page of an incident: open, update, resolve, list", load: async () => (await import("./incident")).incident },
};
