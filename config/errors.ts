/** One thing wrong with the configuration: where, what was given, what is allowed, and what to do. */
export interface Problem {
  /** E.g. `systems.motel.services.backend.replicas`, or `motel:jwtSecret`. */
  readonly path: string;
  /** Reads on after "is": `0`, `missing`, `not a known key`. Never a secret's value. */
  readonly given: string;
  readonly allowed: string;
  /** What to do, as a whole instruction; says what is allowed where that helps. */
  readonly fix: string;
}

/** Every problem of a stack's configuration in one error. */
export class ConfigError extends Error {
  readonly problems: readonly Problem[];
  /** Makes Pulumi print the message without a stack trace: these are the user's to mend, not ours. */
  readonly __pulumiRunError = true;

  constructor(problems: readonly Problem[], source: string) {
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    super([`${source} has ${count}; nothing was changed:`, ...problems.map((problem) => `  ${formatProblem(problem, source)}`)].join("\n"));
    this.name = "ConfigError";
    this.problems = problems;
  }
}

export function formatProblem(problem: Problem, source: string): string {
  return `${problem.path} is ${problem.given} in ${source}; ${problem.fix}`;
}

export type Path = readonly (string | number)[];

/** `["systems", "motel", "corsOrigins", 0]` -> `systems.motel.corsOrigins[0]`. */
export function formatPath(path: Path): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    // A key of a namespace of its own may have dots: `backups:offsite.accessKeyId`.
    else if (/^[\w:-]+$/.test(step) || (text === "" && /^[a-z]+:[\w.-]+$/.test(step))) text += text === "" ? step : `.${step}`;
    else text += `[${quote(step)}]`;
  }
  return text === "" ? "the configuration" : text;
}

/** True when the first path is the second, or lies beneath it. */
export function isWithin(path: Path, other: Path): boolean {
  return other.length <= path.length && other.every((key, index) => key === path[index]);
}

/** A value as it may be shown; callers decide beforehand that the key is no secret's. */
export function describe(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null || value === "") return "empty";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (typeof value === "object") return "a map";
  if (typeof value !== "string") return JSON.stringify(value);
  // A map or list where text belongs arrives as JSON, which may hold anything.
  if (/^\s*[[{]/.test(value)) return "a map or list";
  return quote(value.replace(/([^\s/:@]*):([^\s/@]+)@(?!sha256:)/g, "$1:[hidden]@"));
}

export function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 77)}...` : text);
}

/** The last line of defence: known secret values are cut out of every text, wherever they came from. */
export function redact(problems: readonly Problem[], secretValues: Iterable<string>): Problem[] {
  // Shorter ones would hit ordinary words, and hide nothing that is worth the name.
  const needles = [...secretValues].filter((value) => value.length >= 6).sort((a, b) => b.length - a.length);
  // `quote` may have escaped or cut the value.
  const forms = [...new Set(needles.flatMap((value) => [value, quote(value).slice(1, -1).replace(/\.\.\.$/, "")]))];
  const clean = (text: string): string => forms.reduce((rest, form) => rest.replaceAll(form, "[hidden]"), text);
  return problems.map((problem) => ({ path: problem.path, given: clean(problem.given), allowed: problem.allowed, fix: clean(problem.fix) }));
}
