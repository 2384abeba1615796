#!/usr/bin/env node
// npx stackbook: the rooms' TypeScript is transpiled once and kept, as for the program itself (runtime/).
const { join } = require("node:path");
try {
  require("ts-node").register({ transpileOnly: true, project: join(__dirname, "..", "tsconfig.run.json") });
} catch (error) {
  if (error.code !== "MODULE_NOT_FOUND") throw error;
  process.stderr.write("error: the development packages are not installed\n  Run `npm install` in this clone first.\n");
  process.exit(1);
}
const { main } = require("./main.ts");
void main(process.argv.slice(2));
