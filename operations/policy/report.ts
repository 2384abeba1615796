import { describeException, messageOf, type Judged, type Violation } from "../../policies/judge";
import { everyRule } from "../../policies/rules";

export interface PolicyReport extends Judged {
  readonly stack: string;
  readonly environment: string;
  readonly at: string;
  /** How many resources were looked at. */
  readonly resources: number;
}

const order = ["mandatory", "advisory"] as const;

export const countOf = ({ violations }: Judged, level: Violation["level"]): number => violations.filter((violation) => violation.level === level).length;

/** For a terminal. */
export function policyText(report: PolicyReport): string {
  const { environment, exceptions, resources, stack, violations } = report;
  return [
    `Stack ${stack} (${environment}): ${resources} resources, ${everyRule.length} rules: ${countOf(report, "mandatory")} mandatory and ${countOf(report, "advisory")} advisory findings.`,
    ...order.flatMap((level) => violations.filter((violation) => violation.level === level).map((violation) => `  ${level.padEnd(9)}  ${violation.rule}: ${violation.resource === undefined ? "" : `${violation.resource}: `}${messageOf(violation)}`)),
    ...exceptions.map((told) => `  ${describeException(told)}`),
  ].join("\n");
}

/** For a pull request, an issue, a file. */
export function policyMarkdown(report: PolicyReport): string {
  const { at, environment, exceptions, resources, stack, violations } = report;
  const rows = order.flatMap((level) => violations.filter((violation) => violation.level === level).map((violation) => `| ${level} | \`${violation.rule}\` | ${violation.resource === undefined ? "the stack" : `\`${violation.resource}\``} | ${cell(violation.problem)} | ${cell(violation.why)} |`));
  return [
    `# Policies of ${stack}`, "",
    `${environment}, ${at.slice(0, 16).replace("T", " ")} UTC: ${resources} resources, ${everyRule.length} rules, ${countOf(report, "mandatory")} mandatory and ${countOf(report, "advisory")} advisory findings.`, "",
    ...(rows.length === 0 ? ["Every rule holds."] : ["| level | rule | where | what is wrong; what to write instead | why |", "|---|---|---|---|---|", ...rows]),
    ...(exceptions.length === 0 ? [] : ["", "## Exceptions", "", ...exceptions.map((told) => `- ${describeException(told)}`)]),
    "",
  ].join("\n");
}

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");

/** For code scanning: SARIF 2.1.0. A finding belongs to the stack file, where what is wrong is put right. */
export function policySarif({ stack, violations }: PolicyReport, version: string): object {
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "stackbook", version, rules: everyRule.map(({ description, name, why }) => ({ id: name, shortDescription: { text: description }, fullDescription: { text: `${description} ${why}` }, defaultConfiguration: { level: "error" } })),
          },
        },
        results: violations.map((violation) => ({
          ruleId: violation.rule, ruleIndex: everyRule.findIndex(({ name }) => name === violation.rule), level: violation.level === "mandatory" ? "error" : "warning",
          message: { text: `${violation.resource ?? stack}: ${messageOf(violation)}` },
          locations: [{ physicalLocation: { artifactLocation: { uri: `Pulumi.${stack}.yaml` }, region: { startLine: 1 } }, logicalLocations: [{ name: violation.resource ?? stack, kind: "resource" }] }],
          // The same finding in every run, wherever its file was changed.
          partialFingerprints: { "stackbook/v1": `${stack}:${violation.rule}:${violation.resource ?? ""}:${violation.problem.split(";")[0] ?? ""}` },
        })),
      },
    ],
  };
}
