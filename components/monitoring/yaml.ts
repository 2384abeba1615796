import { stringify } from "yaml";

/** YAML of plain data, long lines left whole. */
export function yamlText(heading: string, value: unknown): string {
  return `# ${heading}\n${stringify(value, { lineWidth: 0, aliasDuplicateObjects: false })}`;
}
