// What the engine loads: transpiled as the program is, and kept.
const { readFileSync } = require("node:fs");
const { join } = require("node:path");
const ts = require("typescript");
const { create } = require("../runtime/transpile.cjs");

const root = join(__dirname, "..");
const file = join(root, "tsconfig.run.json");
const { options } = ts.parseJsonConfigFileContent(ts.readConfigFile(file, ts.sys.readFile).config, ts.sys, root);
const { transpile } = create({ service: { config: { options: { ...options, inlineSourceMap: true } } }, transpilerConfigLocalResolveHelper: require.resolve, folder: join(root, ".stackbook", "transpiled", "policies") });

// In place of the ts-node that Pulumi registers for every pack, whatever PulumiPolicy.yaml says: it checks types, of other
// ts-nodes' output as well, which took longer than everything else that the pack did.
require.extensions[".ts"] = (module, fileName) => module._compile(transpile(readFileSync(fileName, "utf8"), { fileName }).outputText, fileName);
require("./index.ts");
