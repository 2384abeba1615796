import { CommanderError } from "commander";
import { createProgram } from "../../operations/main";

/** Whether people can type what a text tells them to: asked of the commands' own definitions. */

const started = "npx stackbook";

/** What stands for something of the reader's own. */
const examples: Readonly<Record<string, string>> = { system: "motel", version: "2.0.0", backup: "latest", severity: "2", page: "motel", alert: "error-rate" };

/** Undefined: it can be typed. */
export async function problemOf(line: string): Promise<string | undefined> {
  const words = wordsOf(line);
  const heard: string[] = [];
  let performed = false;
  try {
    const program = await createProgram(words, () => () => ((performed = true), Promise.resolve()), { out: () => undefined, err: (text) => void heard.push(text) });
    await program.parseAsync(words, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // --help is an answer.
    if (error.exitCode === 0) return undefined;
    return heard.join(" ").split("\n")[0] ?? error.message;
  }
  return performed ? undefined : "it does nothing: a sub-command is missing";
}

/** Of a text that only names a command: it, its sub-command and its options are there. */
export async function mentionProblem(line: string): Promise<string | undefined> {
  const words = wordsOf(line).map((word) => word.replace(/[.,:;']+$/, ""));
  const program = await createProgram(words, () => () => Promise.resolve(), { out: () => undefined, err: () => undefined });
  let command = program;
  // Behind -- are another program's words.
  let rest = words.slice(0, words.includes("--") ? words.indexOf("--") : undefined).filter((word, at) => word !== "--stack" && words[at - 1] !== "--stack");
  for (;;) {
    const [name = ""] = rest;
    if (command !== program && name === unknownWord && command.commands.length > 0) return undefined;
    const inner = command.commands.find((each) => each.name() === name);
    if (inner === undefined) {
      if (command === program && !/^x*$/.test(name)) return `there is no command ${name}`;
      if (command !== program && command.commands.length > 0 && /^[a-z][a-z-]+$/.test(name)) return `${command.name()} has no ${name}`;
      break;
    }
    command = inner;
    rest = rest.slice(1);
  }
  if (command === program) return undefined;
  const missing = rest.flatMap((word) => /^(--[a-z][a-z-]*)/.exec(word)?.[1] ?? []).find((option) => option !== "--help" && command.options.every(({ long }) => long !== option));
  return missing === undefined ? undefined : `${command.name()} has no option ${missing}`;
}

/** What is filled in when the text is made. */
const unknownWord = "x";

/** The words as the shell would have them, up to what is another command's: `|`, `&&`, `;`, `>`, `)`. */
export function wordsOf(line: string): string[] {
  const words: string[] = [];
  const known = line.replace(/\{\{[^}]*\}\}/g, unknownWord);
  for (const [whole, double, single, separator] of known.matchAll(/"([^"]*)"|'([^']*)'|(\|\||&&|[|;>()#])|[^\s"'|;>()#]+/g)) {
    if (separator !== undefined) break;
    const quoted = double ?? single;
    // `[system...]` stands for what may be left out.
    if (quoted !== undefined || !/^\[.*\]?$|\]$|^\.\.\.$/.test(whole)) words.push(exampleOf(quoted ?? whole));
  }
  return words;
}

function exampleOf(word: string): string {
  return word.replace(/<([a-z_ -]+)>/g, (_, name: string) => examples[name] ?? "x").replace(/\{([a-z_]+)\}/g, unknownWord);
}

/** Lines of a Markdown page that start us, in code spans and code blocks. */
export function commandsIn(markdown: string): string[] {
  const blocks = [...markdown.matchAll(/^```[a-z]*\n([\s\S]*?)^```/gm)].flatMap(([, block = ""]) => block.split("\n"));
  const spans = [...markdown.replace(/^```[\s\S]*?^```/gm, "").matchAll(/`([^`\n]+)`/g)].map(([, span = ""]) => span);
  return [...blocks, ...spans].flatMap(startedIn);
}

/** Lines of a source file, with what is filled in later as `x`; what is put behind a word is left out. */
export function commandsInSource(text: string): string[] {
  return [...text.matchAll(/npx stackbook ([^"`\n]*?(?:\$\{[^}]*\}[^"`\n]*?)*)(?=["`\n\\]|$)/g)].map(([, line = ""]) => line.replace(/(?<=[a-z])\$\{[^}]*\}/g, "").replace(/\$\{[^}]*\}/g, "x").replace(/[.,:]+$/, ""));
}

function startedIn(line: string): string[] {
  return line.split(started).slice(1).map((rest) => rest.replaceAll("\\|", "|").trim()).filter((rest) => rest !== "" && !rest.startsWith("<") && !rest.startsWith("..."));
}
