import { systems, type SystemId } from "../../systems";

/** Small words of Markdown. */

export function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...lines].map((line) => `| ${line.map(cell).join(" | ")} |`).join("\n");
}

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");

export const bullets = (lines: readonly string[]): string => lines.map((line) => `- ${line}`).join("\n");

export const steps = (lines: readonly string[]): string => lines.map((line, at) => `${at + 1}. ${line}`).join("\n");

export const shell = (lines: readonly string[]): string => ["```sh", ...lines, "```"].join("\n");

export const code = (text: string): string => `\`${text}\``;

/** `https://motel.example.org` as a link. */
export const link = (url: string): string => `<${url}>`;

export const titleOf = (system: SystemId | "stack"): string => (system === "stack" ? "The stack" : systems[system].title);

export const pageOf = (system: SystemId | "stack"): string => `${system}.md`;

export const joined = (parts: readonly string[]): string => `${parts.filter((part) => part !== "").join("\n\n")}\n`;

/** The stack's commands, with its name filled in. */
export function commandOf(stack: string): (words: string) => string {
  return (words) => `npx stackbook --stack ${stack} ${words}`;
}
