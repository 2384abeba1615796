#!/usr/bin/env node
// npm run -s credentials: shows the logins and passwords of the stack. The only command that prints any.
import { main } from "./base/main.mjs";
import { Problem } from "./base/problem.mjs";
import { optionsOf } from "./options.mjs";
import { childEnvironment, recallChoice } from "./stack/environment.mjs";
import { Pulumi } from "./stack/pulumi.mjs";

await main(async (argv) => {
  const { stack, json } = optionsOf("credentials", argv);
  const chosen = recallChoice();
  if (chosen === undefined) throw new Problem("nothing was set up in this clone yet", "Run `npm start` first.");
  const pulumi = new Pulumi(childEnvironment(chosen), stack);
  const text = await pulumi.must(["stack", "output", "--show-secrets", "--json", "credentials"], "the credentials could not be read", { isSecret: true });
  const credentials = JSON.parse(text);
  process.stdout.write(json ? `${JSON.stringify(credentials, null, 2)}\n` : lines(credentials));
});

function lines(credentials) {
  const flat = (value, path) => (value !== null && typeof value === "object" ? Object.entries(value).flatMap(([key, inner]) => flat(inner, [...path, key])) : [`  ${path.join(".").padEnd(26)} ${value}`]);
  return Object.entries(credentials).map(([id, values]) => `${id}\n${flat(values, []).join("\n")}\n`).join("\n");
}
