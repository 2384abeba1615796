import { platformRows } from "./platformRows";

/** docs/platforms.md: what each platform does of what the runbooks ask for. A test holds it to what the configuration takes. */
export function renderPlatforms(): string {
  const cell = (on: true | string): string => (on === true ? "yes" : on);
  const rows = platformRows.map(({ about, id, on }) => `| ${id} | ${about} | ${cell(on.docker)} | ${cell(on.kubernetes)} | ${cell(on.aws)} |`);
  return [
    "# What is done where", "", "<!-- Written by `npm run docs` from documents/platformRows.ts; changes here are lost. -->", "",
    "The same stack file on three platforms. What one of them doesn't do is refused by name where the file asks for it. More of each:",
    "[kubernetes.md](kubernetes.md), [aws.md](aws.md).", "",
    "| | asked for | Docker | Kubernetes | AWS |", "|---|---|---|---|---|", ...rows, "",
  ].join("\n");
}
