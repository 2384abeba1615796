/** One line of Prometheus's text format. */
export interface ExposedSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Reads what an exporter prints; comments and what is no sample are passed over. @param wanted only these names */
export function readExposition(text: string, wanted: ReadonlySet<string>): ExposedSample[] {
  return text.split("\n").flatMap((line): ExposedSample[] => {
    const [, name = "", inside = "", value = ""] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/.exec(line) ?? [];
    if (!wanted.has(name)) return [];
    const labels = Object.fromEntries([...inside.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key, text]) => [key ?? "", text ?? ""]));
    return [{ name, labels, value: Number(value.replace("Inf", "Infinity")) }];
  });
}
