import { isDeepStrictEqual } from "node:util";
import { Problem } from "../problem";

/** What is not as the stack left it. */
export interface Drifted {
  readonly name: string;
  readonly type: string;
  readonly how: "gone" | "changed";
  /** Which of its outputs are other ones; never their values, which may be secrets. */
  readonly what: readonly string[];
}

export interface DriftReport {
  readonly stack: string;
  readonly at: string;
  readonly drifted: readonly Drifted[];
}

interface Side {
  readonly type?: string;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

interface Told {
  readonly steps?: readonly { readonly op: string; readonly urn: string; readonly oldState?: Side | null; readonly newState?: Side | null }[];
}

/** Reads what `pulumi refresh --preview-only --json` printed: a step for each resource, with the state and what was found. */
export function readDrift(text: string): readonly Drifted[] {
  return parse(text).flatMap(({ newState, oldState, op, urn }): Drifted[] => {
    const about = { name: urn.slice(urn.lastIndexOf("::") + 2), type: oldState?.type ?? newState?.type ?? "" };
    // Only "same" and "refresh" may say that nothing happened; what an older or a newer CLI calls otherwise is told.
    if (op === "delete" || newState === undefined || newState === null) return [{ ...about, how: "gone", what: [] }];
    const [before, after] = [oldState?.outputs ?? {}, newState.outputs ?? {}];
    const what = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((key) => key !== "__meta" && !isDeepStrictEqual(before[key], after[key])).sort();
    return what.length > 0 ? [{ ...about, how: "changed", what }] : [];
  });
}

function parse(text: string): NonNullable<Told["steps"]> {
  try {
    const { steps } = JSON.parse(text) as Told;
    if (Array.isArray(steps)) return steps as NonNullable<Told["steps"]>;
  } catch {
    // Said below.
  }
  throw new Problem("pulumi refresh printed nothing that can be read", ["Try it by hand: pulumi refresh --preview-only"]);
}

const line = ({ how, name, type, what }: Drifted): string => `${name} (${type.split(":").at(-1) ?? type}) ${how === "gone" ? "is gone" : `is not as the stack left it: ${what.join(", ")}`}`;

export function driftText({ drifted, stack }: DriftReport): string {
  if (drifted.length === 0) return `${stack}: everything is as the stack left it.`;
  return [`${stack}: ${drifted.length} of what the stack made ${drifted.length === 1 ? "is" : "are"} not as it left them:`, ...drifted.map((one) => `  ${line(one)}`), `To see what an update would do about it: pulumi preview --refresh --stack ${stack}`].join("\n");
}

/** The text of an issue; its first line is its title. */
export function driftMarkdown({ at, drifted, stack }: DriftReport): string {
  return [
    `Drift in ${stack}: ${drifted.length} ${drifted.length === 1 ? "resource" : "resources"}`, "",
    `<!-- stackbook drift ${stack} -->`, `Seen at ${at.slice(0, 16).replace("T", " ")} UTC by \`npx stackbook drift --stack ${stack}\`. Nothing was changed.`, "",
    ...drifted.map((one) => `- ${line(one).replaceAll("`", "'")}`), "",
    "Somebody, or something, has changed what the stack made. Find out who and why, then either",
    "", `- bring it back as it was declared: \`pulumi up --refresh --stack ${stack}\``, `- or declare it: change \`Pulumi.${stack}.yaml\` until \`pulumi preview --refresh --stack ${stack}\` is empty.`, "",
  ].join("\n");
}
