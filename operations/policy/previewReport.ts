import { losses, type PlannedChange, type Preview } from "../preview";

/** A preview as a person who reviews a pull request wants it: what may lose data first, then what is interrupted, then the rest. */
export interface PreviewReport extends Preview {
  readonly stack: string;
  readonly environment: string;
  /** Mandatory rules that it breaks. */
  readonly violations: readonly string[];
  /** Why an update would not even begin. */
  readonly refused: readonly string[];
  /** Resources whose loss was allowed by name. */
  readonly allowed: readonly string[];
}

/** Data that would go, and nobody has said that it may. */
export const unallowed = (report: PreviewReport): readonly PlannedChange[] => losses(report).filter(({ name }) => !report.allowed.includes(name));

export const isRefused = (report: PreviewReport): boolean => report.refused.length > 0 || report.violations.length > 0 || unallowed(report).length > 0;

const sections = [
  { op: "replace", title: "Replaced", cause: true },
  { op: "delete", title: "Deleted", cause: false },
  { op: "update", title: "Changed", cause: true },
  { op: "create", title: "Added", cause: false },
  { op: "import", title: "Imported", cause: false },
  { op: "other", title: "Cleaned up", cause: false },
] as const;

/** Its first line tells a comment of ours from others', so that it is updated in place. */
export const marker = (stack: string): string => `<!-- stackbook preview ${stack} -->`;

/** A comment may have 65,536 characters. */
const longest = 60_000;

export function previewMarkdown(report: PreviewReport): string {
  const { advice = [], changes, environment, refused, stack, violations } = report;
  const counted = sections.flatMap(({ op, title }) => {
    const count = changes.filter((change) => change.op === op).length;
    return count === 0 ? [] : [`${count} ${title.toLowerCase()}`];
  });
  const lost = losses(report);
  const text = [
    marker(stack),
    `## ${isRefused(report) ? "Refused" : "Preview"}: ${stack} (${environment})`, "",
    counted.length === 0 ? "Nothing changes." : `${counted.join(", ")}.`,
    ...list("### Data would be lost", lost.map((change) => `${named(change)} would be ${change.op === "delete" ? "deleted" : "replaced"}${cause(change)}${report.allowed.includes(change.name) ? ", which was allowed" : ""}`)),
    ...list("### It can't begin", refused.map(code)),
    ...list("### Policies that it breaks", violations.map(code)),
    ...sections.flatMap(({ cause: withCause, op, title }) => folded(title, changes.filter((change) => change.op === op && change.losesData !== true).map((change) => `${named(change)}${withCause ? cause(change) : ""}`), op === "replace" || op === "delete")),
    ...folded("Advice of policies, and exceptions", advice.map(code), false),
    "",
  ].join("\n");
  return text.length <= longest ? text : `${text.slice(0, longest).replace(/\n[^\n]*$/, "")}\n\n... cut off here: \`npx stackbook preview --stack ${stack}\` shows all of it.\n`;
}

function list(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ["", title, "", ...lines.map((line) => `- ${line}`)];
}

function folded(title: string, lines: readonly string[], isOpen: boolean): string[] {
  return lines.length === 0 ? [] : ["", `<details${isOpen ? " open" : ""}><summary>${title} (${lines.length})</summary>`, "", ...lines.map((line) => `- ${line}`), "", "</details>"];
}

const named = ({ name, type }: PlannedChange): string => `\`${name}\` (${type.split(":").at(-1) ?? type})`;
const cause = ({ because = [] }: PlannedChange): string => (because.length === 0 ? "" : `: ${because.map((path) => `\`${path}\``).join(", ")}`);

/** What others wrote is shown as it is: no link, no picture, nobody called by @name. */
const code = (text: string): string => `\`${text.replaceAll("`", "'").replaceAll("\n", " ")}\``;

export function previewText(report: PreviewReport): string {
  const { advice = [], changes, refused, stack, violations } = report;
  const signs = { create: "+", update: "~", delete: "-", replace: "±", import: "=", other: "?" } as const;
  return [
    `${stack}: ${changes.length === 0 ? "nothing changes" : `${changes.length} changes`}`,
    ...losses(report).map((change) => `  data would be lost: ${change.name}${report.allowed.includes(change.name) ? " (allowed)" : "; allow it by --allow-loss, or put the cause back"}`),
    ...refused.map((line) => `  it can't begin: ${line}`),
    ...violations.map((line) => `  refused by ${line}`),
    ...changes.map(({ because = [], name, op }) => `  ${signs[op]} ${name.padEnd(34)} ${op}${because.length === 0 ? "" : ` (${because.join(", ")})`}`),
    ...advice.map((line) => `  advice: ${line}`),
  ].join("\n");
}
