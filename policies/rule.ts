/** One rule: pure, so that a test needs no engine and the program can ask it too. */
export interface Rule {
  /** Kebab-case; how exceptions and the pack's configuration name it. */
  readonly name: string;
  /** What it forbids and why, one sentence. */
  readonly description: string;
  /** Type tokens that it looks at. */
  readonly types: readonly string[];
  /** What is wrong, each with what to write instead; empty when all is well. */
  check(props: Readonly<Record<string, unknown>>, resource: { readonly name: string }): string[];
}

export const dockerContainer = "docker:index/container:Container";
export const dockerRemoteImage = "docker:index/remoteImage:RemoteImage";

/** The labels of a Docker resource, whose inputs are a list of pairs. */
export function labelsOf(props: Readonly<Record<string, unknown>>): Record<string, string> {
  const list = Array.isArray(props["labels"]) ? (props["labels"] as { label?: unknown; value?: unknown }[]) : [];
  return Object.fromEntries(list.map(({ label, value }) => [String(label), String(value)]));
}
