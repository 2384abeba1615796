// Tests are loaded as the program is: not type-checked (`npm run typecheck` does that), and transpiled once.
const { join } = require("node:path");
require("ts-node").register({ transpileOnly: true, project: join(__dirname, "..", "tsconfig.run.json") });
