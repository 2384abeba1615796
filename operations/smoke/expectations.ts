import type { SmokeExpectation } from "../../systems";
import type { WebResponse } from "../visitor";

/** Milliseconds, where a flow doesn't say. */
export const usualWithinMs = 10_000;

/** What is not as it was expected, in words for people; empty: all is well. */
export function disappointments({ contains, headers = {}, json = {}, status = 200, withinMs = usualWithinMs }: SmokeExpectation, answer: WebResponse): string[] {
  const wanted = typeof status === "number" ? [status] : status;
  if (!wanted.includes(answer.status)) return [`answered ${answer.status}, not ${wanted.join(" or ")}${answer.status >= 400 ? beginning(answer.body) : ""}`];
  const parsed = Object.keys(json).length > 0 ? parse(answer.body) : undefined;
  return [
    ...(answer.milliseconds > withinMs ? [`took ${answer.milliseconds} ms, more than ${withinMs}`] : []),
    ...(contains !== undefined && !answer.body.includes(contains) ? [`has no "${contains}" in its body`] : []),
    ...Object.entries(headers).flatMap(([name, text]) => {
      const found = String(answer.headers[name.toLowerCase()] ?? "");
      return found.includes(text) ? [] : [`has ${found === "" ? `no header ${name}` : `"${found}" in ${name}`}, not "${text}"`];
    }),
    ...(Object.keys(json).length > 0 && parsed === undefined ? ["is no JSON"] : []),
    ...(parsed === undefined ? [] : Object.entries(json).flatMap(([path, value]) => {
      const found = valueAt(parsed, path);
      return found === value ? [] : [`has ${found === undefined ? "nothing" : JSON.stringify(found)} at ${path}, not ${JSON.stringify(value)}`];
    })),
  ];
}

/** `data.0.name` of an answer's JSON; also a key that has dots itself. */
export function valueAt(value: unknown, path: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  const holder = value as Readonly<Record<string, unknown>>;
  if (Object.hasOwn(holder, path)) return holder[path];
  for (let dot = path.indexOf("."); dot >= 0; dot = path.indexOf(".", dot + 1)) {
    const head = path.slice(0, dot);
    if (Object.hasOwn(holder, head)) return valueAt(holder[head], path.slice(dot + 1));
  }
  return undefined;
}

export function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Only of an answer that failed: one that went well may hold a token. */
function beginning(body: string): string {
  const line = body.replace(/\s+/g, " ").trim();
  return line === "" ? "" : `: ${line.length > 160 ? `${line.slice(0, 157)}...` : line}`;
}
