import { holdsData } from "../policies/view/holdsData";
import { Problem } from "./problem";

/** What an update would do. */
export interface Preview {
  /** Without what stays as it is. */
  readonly changes: readonly PlannedChange[];
  /** What the policy pack says besides; absent: it was not asked, or says nothing. */
  readonly advice?: readonly string[];
}

export interface PlannedChange {
  readonly op: "create" | "update" | "delete" | "replace" | "import" | "other";
  readonly urn: string;
  /** `docker:index/container:Container` */
  readonly type: string;
  /** `motel-backend-a-0` */
  readonly name: string;
  /** Which of its inputs are the cause. */
  readonly because?: readonly string[];
  /** It is to go, or to be made anew, and data goes with it that nothing else has. */
  readonly losesData?: true;
}

/** What an update may do only when somebody says so by name. */
export const losses = ({ changes }: Preview): readonly PlannedChange[] => changes.filter(({ losesData }) => losesData === true);

/** An update of what is declared now would not begin. */
export class RefusedProblem extends Problem {
  /** @param reasons one line each, with what to do */
  constructor(readonly reasons: readonly string[]) {
    super("the update would be refused:", [...reasons, "Nothing was touched."]);
  }
}

/** Refused by the policy pack alone: what the update would do is known all the same. */
export class PolicyProblem extends RefusedProblem {
  constructor(
    readonly violations: readonly string[],
    readonly preview: Preview,
  ) {
    super(violations);
  }
}

interface Told {
  readonly steps?: readonly Step[];
  readonly diagnostics?: readonly { readonly message: string; readonly severity: string }[];
}

interface Step {
  readonly op: string;
  readonly urn: string;
  readonly replaceReasons?: readonly string[] | null;
  readonly diffReasons?: readonly string[] | null;
  readonly oldState?: { readonly inputs?: Readonly<Record<string, unknown>> } | null;
}

/** Ops of the engine; a replacement is told by three steps, of which one is enough. */
const ops: Readonly<Record<string, PlannedChange["op"] | undefined>> = { create: "create", update: "update", delete: "delete", replace: "replace", import: "import", "discard-replaced": "other", "remove-pending-replace": "other" };
const untold = new Set(["same", "read", "refresh", "create-replacement", "delete-replaced", "read-replacement"]);

/**
 * Reads what `pulumi preview --json` printed.
 * @param events the log of the engine's events, which alone has what the policy pack says
 * @throws Problem with every error that it tells of
 */
export function readPreview(text: string, code: number, err: string, events = ""): Preview {
  const told = parse(text);
  const errors = (told?.diagnostics ?? []).filter(({ severity }) => severity === "error").map(({ message }) => plain(message).replace(/^error: /, "")).filter((message) => message !== "" && message !== "preview failed");
  const violations = readViolations(events);
  if (code !== 0 && told !== undefined && errors.length === 0 && violations.length > 0) throw new PolicyProblem(violations, { changes: changesIn(told) });
  if (code !== 0 || told === undefined) {
    const said = errors.length > 0 ? errors : (err.trim() === "" ? text : err).trim().split("\n").slice(-6);
    throw new RefusedProblem(said.flatMap((message) => message.split("\n")));
  }
  const advice = readViolations(events, "advisory");
  return { changes: changesIn(told), ...(advice.length === 0 ? {} : { advice }) };
}

function changesIn({ steps = [] }: Told): PlannedChange[] {
  return steps.flatMap((step): PlannedChange[] => {
    const { op, urn } = step;
    const type = urn.split("::")[2]?.split("$").at(-1) ?? "";
    if (untold.has(op) || type === "pulumi:pulumi:Stack" || type.startsWith("stackbook:")) return [];
    const change = { op: ops[op] ?? "other", urn, type, name: urn.slice(urn.lastIndexOf("::") + 2) } as const;
    return [{ ...change, ...causeOf(step), ...(isLoss(change, step) ? { losesData: true } : {}) }];
  });
}

function causeOf({ diffReasons, op, replaceReasons }: Step): Pick<PlannedChange, "because"> {
  const because = (op === "replace" ? (replaceReasons ?? diffReasons) : diffReasons) ?? [];
  return because.length === 0 ? {} : { because };
}

/** A password that is made anew opens nothing that is there; a volume begins empty. */
function isLoss({ name, op, type }: Pick<PlannedChange, "name" | "op" | "type">, { oldState }: Step): boolean {
  return (op === "delete" || op === "replace") && holdsData({ name, type, props: oldState?.inputs ?? {} });
}

interface LoggedEvent {
  readonly policyEvent?: { readonly message: string; readonly policyName: string; readonly enforcementLevel: string };
}

/** The rule's own sentence comes first in each message, what breaks it after that. */
function readViolations(events: string, level: "mandatory" | "advisory" = "mandatory"): string[] {
  return events.split("\n").flatMap((line) => {
    const { policyEvent } = (parse(line) ?? {}) as LoggedEvent;
    if (policyEvent?.enforcementLevel !== level) return [];
    const [, ...found] = plain(policyEvent.message).split("\n");
    return [`policy ${policyEvent.policyName}: ${(found.length > 0 ? found : [plain(policyEvent.message)]).join("; ")}`];
  });
}

/** For people: one line for each change. */
export function describePreview({ changes }: Preview): string {
  if (changes.length === 0) return "  nothing changes";
  const signs = { create: "+", update: "~", delete: "-", replace: "±", import: "=", other: "?" } as const;
  return changes.map(({ name, op, type }) => `  ${signs[op]} ${name.padEnd(34)} ${op} (${kindOf(type)})`).join("\n");
}

/** `docker:index/container:Container` -> `container` */
function kindOf(type: string): string {
  return (type.split(":").at(-1) ?? type).replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
}

function parse(text: string): Told | undefined {
  try {
    return JSON.parse(text) as Told;
  } catch {
    return undefined;
  }
}

/** Without the engine's colour marks. */
function plain(message: string): string {
  return message.replace(/<\{%.*?%\}>/g, "").trim();
}
