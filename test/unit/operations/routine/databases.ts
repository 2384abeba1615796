import assert from "node:assert/strict";
import type { Ended, Engine } from "../../../../operations/engine";
import { container } from "../support/prometheus";

export const ended = (code: number, out: string, err = ""): Ended => ({ code, out, err });

/** PostgreSQL in its container: answers by a word of the statement; with `always`, that whatever is asked. */
export function postgres(answers: Readonly<Record<string, string | (() => string)>>, always?: Ended): { readonly engine: Partial<Engine>; readonly asked: (readonly string[])[] } {
  const asked: (readonly string[])[] = [];
  const database = (system: string) => container(`${system}-database`, { labels: { "stackbook.system": system, "stackbook.role": "database", "stackbook.service": "database" } });
  return {
    asked,
    engine: {
      containers: (labels) => Promise.resolve([database("motel"), database("sms"), database("memo")].filter((each) => ["system", "service"].every((name) => labels[`stackbook.${name}`] === undefined || each.labels[`stackbook.${name}`] === labels[`stackbook.${name}`]))),
      exec: (_, command) => {
        asked.push(command);
        if (always !== undefined) return Promise.resolve(always);
        const statement = command.at(-1) ?? "";
        const known = Object.entries(answers).find(([word]) => statement.includes(word));
        assert.ok(known, `${statement} was not expected`);
        return Promise.resolve(ended(0, typeof known[1] === "function" ? known[1]() : known[1]));
      },
    },
  };
}
