// What the engine loads: transpiled as the program is, and kept. A policy pack's own TypeScript would be checked at every preview.
const { join } = require("node:path");
require("ts-node").register({ transpileOnly: true, project: join(__dirname, "..", "tsconfig.run.json") });
require("./index.ts");
