import { randomBytes } from "node:crypto";
import type { Engine } from "./engine";
import { Problem } from "./problem";

/** What came of one address. */
export type WebAnswer = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly why: string };

/**
 * Reads each address on its standard input and prints what it answers: with curl, which images built from packages have, or
 * wget, which official ones have. One command for all questions: starting it takes longer than an answer.
 */
const script = [
  'get() { if command -v curl >/dev/null 2>&1; then curl -sS -m "$2" "$1"; else wget -q -T "$2" -O - "$1"; fi; }',
  'while IFS= read -r url; do [ -z "$url" ] || { get "$url" "$2" 2>&1; printf "\\n%s %s\\n" "$1" "$?"; }; done',
].join("\n");

/** Asks addresses of a stack's inner networks, which publish no port, from a container that reaches them. */
export async function askWithin(engine: Engine, container: string, urls: readonly string[], timeoutSeconds: number): Promise<readonly WebAnswer[]> {
  if (urls.length === 0) return [];
  // No answer can hold it by chance.
  const mark = `--${randomBytes(8).toString("hex")}--`;
  const { code, err, out } = await engine.exec(container, ["sh", "-c", script, "ask", mark, String(Math.max(1, Math.ceil(timeoutSeconds)))], urls.join("\n"), { timeoutSeconds });
  const answers = split(out, mark);
  if (answers.length === urls.length) return answers;
  throw new Problem(`${container} can't ask ${urls[answers.length] ?? ""} (exit code ${code}):`, [
    ...`${err}${out}`.trim().split("\n").slice(-3), "Its image needs a shell, and curl or wget, as the official images of Prometheus have.",
  ]);
}

function split(out: string, mark: string): WebAnswer[] {
  const answers: WebAnswer[] = [];
  let text = "";
  for (const line of out.split("\n")) {
    if (!line.startsWith(`${mark} `)) {
      text += `${line}\n`;
      continue;
    }
    const said = text.trim();
    answers.push(line.endsWith(" 0") ? { ok: true, text: said } : { ok: false, why: said === "" ? "no answer" : said });
    text = "";
  }
  return answers;
}
