/** What everything of a stack carries, by the same names as on Docker. */
export interface Tags {
  readonly stack: string;
  /** A system's id, or "stack" for what serves all of them. */
  readonly system: string;
  readonly service: string;
  readonly role: Role;
  readonly slot?: string;
  readonly version?: string;
}

export type Role = "app" | "database" | "cache" | "edge" | "demo" | "task" | "backup" | "network" | "volume" | "monitoring";

/** A tag's value is no longer than this, and of letters, digits, blanks and + - = . _ : / @. */
const longest = 256;

export function tagMap(tags: Tags, own: Readonly<Record<string, string>>): Record<string, string> {
  return {
    ...own,
    ...Object.fromEntries(
      Object.entries(tags)
        .filter((entry): entry is [string, string] => entry[1] !== undefined)
        .map(([key, value]) => [`stackbook.${key}`, value.slice(0, longest)]),
    ),
  };
}
