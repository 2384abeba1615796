import type { Bag } from "./values";

/** Which resource a call is about. */
export interface Target {
  readonly urn: string;
  /** `docker:index/container:Container` */
  readonly type: string;
  /** The logical name: the last part of the URN. */
  readonly name: string;
}

export interface CheckFailure {
  readonly property: string;
  readonly reason: string;
}

export interface CheckResult {
  readonly inputs: Bag;
  readonly failures: readonly CheckFailure[];
}

/** `replace` kinds make the engine replace the resource. */
export type ChangeKind = "add" | "delete" | "update" | "addReplace" | "deleteReplace" | "updateReplace";

export interface DiffResult {
  readonly changes: Readonly<Record<string, ChangeKind>>;
  /** The plugin's default; the resource option `deleteBeforeReplace` outranks it in the engine. */
  readonly deleteBeforeReplace?: boolean;
}

export interface CreateResult {
  readonly id: string;
  readonly outputs: Bag;
}

export interface ReadResult {
  readonly outputs: Bag;
  readonly inputs: Bag;
}

/** Shows a line beside the resource while the update runs; `status` lines give way to the next. */
export type Say = (message: string, kind?: "status" | "info" | "warning") => void;

/** One kind of resource. Secrets arrive as plain values; the engine marks outputs secret as their inputs were. */
export interface ResourceKind {
  check(target: Target, olds: Bag, news: Bag, seed: Uint8Array): CheckResult | Promise<CheckResult>;
  diff(target: Target, id: string, oldInputs: Bag, oldOutputs: Bag, news: Bag): DiffResult;
  /** What a preview shows for a create or an update: nothing here may reach for the outside world. */
  preview(news: Bag, oldOutputs: Bag | undefined): Bag;
  create(target: Target, news: Bag, say: Say): Promise<CreateResult>;
  update(target: Target, id: string, olds: Bag, news: Bag, say: Say): Promise<Bag>;
  /** @returns undefined when it is gone. */
  read(target: Target, id: string, inputs: Bag, outputs: Bag): Promise<ReadResult | undefined>;
  delete(target: Target, id: string, olds: Bag): Promise<void>;
}

export interface Plugin {
  /** The official plugin's version whose inputs it takes. */
  readonly version: string;
  /** The kind of resource, or undefined for a token that is not implemented. */
  kind(type: string): ResourceKind | undefined;
  /** Where to add what is missing: named in error messages. */
  readonly room: string;
  readonly checkConfig?: (config: Bag) => readonly CheckFailure[];
  readonly configure?: (config: Bag) => void;
}
