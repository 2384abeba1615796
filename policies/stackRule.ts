/** One rule over all resources of a stack: pure, like `Rule`. */
export interface StackRule {
  /** Kebab-case; how exceptions and the pack's configuration name it. */
  readonly name: string;
  /** What it forbids and why, one sentence. */
  readonly description: string;
  /** What is wrong, each with what to write instead; empty when all is well. */
  check(resources: readonly StackResource[]): string[];
}

export interface StackResource {
  readonly type: string;
  readonly name: string;
  readonly props: Readonly<Record<string, unknown>>;
}
