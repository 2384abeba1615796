/**
 * An output's stand-in while the program is recorded: a word that passes for a host's name, an image's and a
 * password, and that no text of ours holds by chance.
 */
export function reference(index: number, property: string): string {
  return `zq${index}${property}qz`;
}

const pattern = /zq(\d+)([A-Za-z]+?)qz/g;

/** A recorded text as code: a literal, one output, or both interpolated. */
export function textAsCode(text: string, nameOf: (index: number) => string): string {
  const parts = text.split(pattern);
  if (parts.length === 1) return JSON.stringify(text);
  const code: string[] = [];
  for (let at = 0; at < parts.length; at += 3) {
    code.push((parts[at] ?? "").replace(/[\\`]|\$(?=\{)/g, "\\$&"));
    if (at + 2 < parts.length) code.push(`\${${nameOf(Number(parts[at + 1]))}.${parts[at + 2]}}`);
  }
  const whole = /^\$\{([^{}]+)\}$/.exec(code.join(""));
  return whole?.[1] ?? `pulumi.interpolate\`${code.join("")}\``;
}
