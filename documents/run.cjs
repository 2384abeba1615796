// npm run docs: loaded as the program is, transpiled once.
const { join } = require("node:path");
require("ts-node").register({ transpileOnly: true, project: join(__dirname, "..", "tsconfig.run.json") });
require("./write.ts");
