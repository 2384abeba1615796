import { createHash } from "node:crypto";
import type { DiffResult, Plugin, ResourceKind, Target } from "../rpc/plugin";
import { sameValue, type Bag } from "../rpc/values";

/** The same for the same inputs, whatever the order of their names. */
export function digestOf(inputs: Bag): string {
  const sorted = (_key: string, value: unknown): unknown => (value !== null && typeof value === "object" && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value);
  return createHash("sha256").update(JSON.stringify(inputs, sorted)).digest("hex");
}

/** Set by tests alone: what is "created" then exists only in their state. */
const SWITCH = "STACKBOOK_RECORDER";

export interface RecorderSettings {
  /** `aws` */
  readonly name: string;
  readonly version: string;
  /** Outputs made up beside the inputs, from the resource and a stable digest of its URN. */
  readonly madeUp: (target: Target, digest: string, inputs: Bag) => { readonly id: string; readonly outputs: Bag };
  /** Inputs whose change replaces. */
  readonly replaces: (path: string, target: Target) => boolean;
}

/**
 * Accepts every resource of a package and echoes its inputs, so that a program can be previewed
 * and its graph tested on a machine without the official plugin. It reaches no cloud.
 */
export function recorder({ name, version, madeUp, replaces }: RecorderSettings): Plugin {
  const made = (target: Target, inputs: Bag): { id: string; outputs: Bag } => {
    const digest = createHash("sha256").update(target.urn).digest("hex");
    const { id, outputs } = madeUp(target, digest, inputs);
    return { id, outputs: { ...inputs, ...outputs } };
  };
  const onlyInTests = (target: Target): void => {
    if (process.env[SWITCH] === "1") return;
    throw new Error(
      `${target.type} ${target.name} was not created: this is the recording stand-in for the ${name} plugin, for previews and tests only. Install the official plugin (pulumi plugin install resource ${name}) and take .stackbook/bin off the PATH.`,
    );
  };

  const kind: ResourceKind = {
    check: (_target, _olds, news) => ({ inputs: news, failures: [] }),
    diff(target, _id, oldInputs, _outputs, news): DiffResult {
      const keys = [...new Set([...Object.keys(oldInputs), ...Object.keys(news)])].filter((key) => !sameValue(oldInputs[key], news[key]));
      return { changes: Object.fromEntries(keys.map((key) => [key, replaces(key, target) ? ("updateReplace" as const) : ("update" as const)])) };
    },
    preview: (news, olds) => ({ ...olds, ...news }),
    create(target, news) {
      onlyInTests(target);
      return Promise.resolve(made(target, news));
    },
    update(target, _id, _olds, news) {
      onlyInTests(target);
      return Promise.resolve(made(target, news).outputs);
    },
    read: (_target, _id, inputs, outputs) => Promise.resolve({ inputs, outputs }),
    delete(target) {
      onlyInTests(target);
      return Promise.resolve();
    },
  };
  return { version, room: "airgap/plugins/recorder", kind: (type) => (type.startsWith(`${name}:`) ? kind : undefined) };
}
