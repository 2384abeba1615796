#!/usr/bin/env node
// npm run -s env: shell lines that let plain `pulumi` work on the stack of npm start.
import { main } from "./base/main.mjs";
import { Problem } from "./base/problem.mjs";
import { optionsOf } from "./options.mjs";
import { recallChoice, shellExports } from "./stack/environment.mjs";

await main((argv) => {
  optionsOf("env", argv);
  const chosen = recallChoice();
  if (chosen === undefined) throw new Problem("nothing was set up in this clone yet", "Run `npm start` first.");
  process.stdout.write(`${shellExports(chosen)}\n`);
});
