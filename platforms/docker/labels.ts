/** What every container, network and volume of a stack carries: how operations find them on the engine. */
export interface Labels {
  readonly stack: string;
  /** A system's id, or "stack" for what serves all of them. */
  readonly system: string;
  readonly service: string;
  readonly role: "app" | "database" | "cache" | "edge" | "demo" | "task" | "monitoring" | "collector" | "backup" | "network" | "volume";
  readonly version?: string;
  readonly slot?: string;
  /** Id of the restore after which a container was made. */
  readonly restore?: string;
  /** Which of the logins that are exchanged a container holds, see `loginsLabel`. */
  readonly logins?: string;
  /** The stack's own tags (`stackbook:tags`), under their own names. */
  readonly tags?: Readonly<Record<string, string>>;
}

export function labelMap(labels: Labels): Record<string, string> {
  const { tags, ...own } = labels;
  return {
    ...tags,
    ...Object.fromEntries(
      Object.entries(own)
        .filter((entry): entry is [string, string] => entry[1] !== undefined)
        .map(([key, value]) => [`stackbook.${key}`, value]),
    ),
  };
}

export function labelList(labels: Labels): { label: string; value: string }[] {
  return Object.entries(labelMap(labels)).map(([label, value]) => ({ label, value }));
}
