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
export const dockerVolume = "docker:index/volume:Volume";
export const dockerRemoteImage = "docker:index/remoteImage:RemoteImage";

/** The labels of a Docker resource, whose inputs are a list of pairs. */
export function labelsOf(props: Readonly<Record<string, unknown>>): Record<string, string> {
  const list = Array.isArray(props["labels"]) ? (props["labels"] as { label?: unknown; value?: unknown }[]) : [];
  return Object.fromEntries(list.map(({ label, value }) => [String(label), String(value)]));
}

export interface Mount {
  readonly kind: "bind" | "volume" | "tmpfs";
  readonly source: string;
  readonly readOnly: boolean;
}

/** Both ways in which the provider takes mounts. */
export function mountsOf(props: Readonly<Record<string, unknown>>): Mount[] {
  const list = (name: string): Record<string, unknown>[] => (Array.isArray(props[name]) ? (props[name] as Record<string, unknown>[]) : []);
  return [
    ...list("mounts").map(({ type, source, readOnly }): Mount => ({ kind: type as Mount["kind"], source: text(source), readOnly: readOnly === true })),
    ...list("volumes").map(({ hostPath, volumeName, readOnly }): Mount => ({
      kind: hostPath === undefined ? "volume" : "bind",
      source: text(hostPath ?? volumeName),
      readOnly: readOnly === true,
    })),
  ];
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

export function isHostFolder(mount: Mount): boolean {
  return mount.kind === "bind";
}
