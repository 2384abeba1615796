import { Problem } from "./problem.mjs";

/**
 * @typedef {{ kind: "flag", help: string, short?: string }} Flag
 * @typedef {{ kind: "text", help: string, pattern: RegExp, allowed: string, fallback: string }} Text
 * @typedef {{ kind: "list", help: string, values: readonly string[], thing: string }} List `all` stands for every value
 * @typedef {Record<string, Flag | Text | List>} Options
 */

/**
 * Strict: an unknown option, a missing or unknown value and a stray word are all reported together, and
 * nothing is touched before this has passed.
 * @param {readonly string[]} argv
 * @param {Options} options
 * @param {{ usage: string, exclusive?: readonly (readonly [string, string])[], env?: NodeJS.ProcessEnv }} about
 */
export function parseArgs(argv, options, about) {
  const problems = [];
  const given = /** @type {Record<string, boolean | string | string[] | undefined>} */ ({});
  for (const [name, option] of Object.entries(options)) {
    given[name] = option.kind === "flag" ? false : option.kind === "text" ? option.fallback : undefined;
  }
  if (argv.includes("--help") || argv.includes("-h")) throw new Problem(helpText(options, about.usage), [], 0);
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at] ?? "";
    const [head, inline] = splitOnce(word, "=");
    const name = nameOf(head, options);
    const option = name === undefined ? undefined : options[name];
    if (name === undefined || option === undefined) {
      problems.push(unknown(word, head, options));
      // Its value, most likely; one mistake is one message.
      if (head.startsWith("--") && inline === undefined && argv[at + 1]?.startsWith("-") === false) at += 1;
      continue;
    }
    if (option.kind === "flag") {
      if (inline !== undefined) problems.push(`--${name} takes no value, but got "${inline}"`);
      given[name] = true;
      continue;
    }
    const following = argv[at + 1];
    const value = inline ?? (following === undefined || following.startsWith("-") ? undefined : following);
    if (inline === undefined && value !== undefined) at += 1;
    if (value === undefined || value === "") {
      problems.push(`--${name} needs a value: ${option.kind === "list" ? `${option.values.join(",")} or all` : option.allowed}`);
    } else if (option.kind === "text") {
      if (!option.pattern.test(value)) problems.push(`--${name} ${value} is not allowed; use ${option.allowed}`);
      given[name] = value;
    } else {
      given[name] = listOf(name, value, option, problems);
    }
  }
  problems.push(...swallowedByNpm(options, given, about.env ?? {}));
  for (const [one, other] of about.exclusive ?? []) {
    if (given[one] === true && given[other] === true) problems.push(`--${one} and --${other} contradict each other; use one of them`);
  }
  if (problems.length > 0) {
    throw new Problem(problems.join("\n       "), ["Nothing was touched.", `Usage: ${about.usage}`], 64);
  }
  return given;
}

function nameOf(head, options) {
  if (head.startsWith("--")) return Object.hasOwn(options, head.slice(2)) ? head.slice(2) : undefined;
  return Object.keys(options).find((name) => {
    const option = options[name];
    return option?.kind === "flag" && option.short !== undefined && head === `-${option.short}`;
  });
}

function unknown(word, head, options) {
  if (!head.startsWith("-")) return `"${word}" is not expected here; options start with --`;
  const near = nearest(head.replace(/^-+/, ""), Object.keys(options));
  return `unknown option ${head}${near === undefined ? "" : `; did you mean --${near}?`}`;
}

function listOf(name, value, { values, thing }, problems) {
  const words = [...new Set(value.split(",").map((word) => word.trim()).filter((word) => word !== ""))];
  if (words.length === 0) problems.push(`--${name} needs a value: ${values.join(",")} or all`);
  if (words.includes("all")) {
    if (words.length > 1) problems.push(`--${name} all already means every one; leave out ${words.filter((w) => w !== "all").join(",")}`);
    return [...values];
  }
  for (const word of words) {
    if (values.includes(word)) continue;
    const near = nearest(word.toLowerCase(), values);
    problems.push(`--${name}: unknown ${thing} "${word}"; ${near === undefined ? "" : `did you mean ${near}? `}There are ${values.join(", ")}`);
  }
  return values.filter((known) => words.includes(known));
}

/** `npm start --systems all` without the `--` in between: npm keeps the option to itself. */
function swallowedByNpm(options, given, env) {
  const problems = [];
  for (const [name, option] of Object.entries(options)) {
    // npm has options of its own by these names, so that they may be set for other reasons.
    if (name === "yes" || name === "offline" || name === "online") continue;
    const value = env[`npm_config_${name.replaceAll("-", "_")}`];
    const isSet = option.kind === "flag" ? value === "true" : value !== undefined && value !== "";
    if (isSet && (given[name] === false || given[name] === undefined || given[name] === option.fallback)) {
      problems.push(`npm kept --${name} to itself; write -- before our options: npm start -- --${name}${option.kind === "flag" ? "" : ` ${value}`}`);
    }
  }
  return problems;
}

function splitOnce(text, separator) {
  const at = text.indexOf(separator);
  return at < 0 || !text.startsWith("--") ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function helpText(options, usage) {
  const rows = Object.entries(options).map(([name, option]) => {
    const value = option.kind === "flag" ? "" : option.kind === "list" ? " a,b|all" : " NAME";
    return [`--${name}${value}`, option.help];
  });
  const width = Math.max(...rows.map(([left]) => left?.length ?? 0));
  return [usage, "", ...rows.map(([left, right]) => `  ${left?.padEnd(width)}  ${right}`)].join("\n");
}

/** The word most like the given one, when it is near enough to be meant. */
export function nearest(word, words) {
  const ranked = words.map((known) => ({ known, far: distance(word, known) })).sort((a, b) => a.far - b.far);
  const best = ranked[0];
  return best !== undefined && best.far <= Math.max(1, Math.floor(Math.max(word.length, best.known.length) / 3)) ? best.known : undefined;
}

/** Levenshtein, with a swap of neighbours counted once. */
function distance(a, b) {
  const rows = Array.from({ length: a.length + 1 }, (_, i) => [i, ...Array(b.length).fill(0)]);
  for (let j = 0; j <= b.length; j += 1) rows[0][j] = j;
  for (let i = 1; i <= a.length; i += 1) {
    for (let j = 1; j <= b.length; j += 1) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      rows[i][j] = Math.min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) rows[i][j] = Math.min(rows[i][j], rows[i - 2][j - 2] + 1);
    }
  }
  return rows[a.length][b.length];
}
