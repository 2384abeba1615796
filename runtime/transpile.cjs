// What ts-node uses in place of its own call of the compiler (tsconfig.run.json): the same output, kept from
// one run to the next. Without it an unchanged program is translated anew by every preview, which took a
// third of the program's time. What is kept serves only for the very same text, options and compiler.
const { createHash } = require("node:crypto");
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");

/** @param {{ service: { config: { options: object } }, transpilerConfigLocalResolveHelper: (name: string, relative: boolean) => string, folder?: string }} given */
exports.create = ({ service, transpilerConfigLocalResolveHelper, folder = join(__dirname, "..", ".stackbook", "transpiled") }) => {
  const ts = require(transpilerConfigLocalResolveHelper("typescript", true));
  const compilerOptions = service.config.options;
  const about = JSON.stringify([ts.version, compilerOptions]);
  return {
    transpile(code, { fileName }) {
      const key = digest(about, code);
      // One file per source: a new text takes the old one's place, and nothing piles up.
      const file = join(folder, `${digest(fileName).slice(0, 32)}.json`);
      const kept = read(file);
      if (kept?.key === key) return kept;
      const { outputText, sourceMapText } = ts.transpileModule(code, { fileName, compilerOptions });
      keep(folder, file, { key, outputText, sourceMapText });
      return { outputText, sourceMapText };
    },
  };
};

function digest(...texts) {
  const hash = createHash("sha256");
  for (const text of texts) hash.update(text).update("\0");
  return hash.digest("hex");
}

function read(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    // Not kept yet, or not whole: it is made again.
    return undefined;
  }
}

/** Whole or not at all: two previews may run at once. */
function keep(folder, file, entry) {
  const beside = `${file}.${process.pid}`;
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(beside, JSON.stringify(entry));
    renameSync(beside, file);
  } catch {
    // A folder that may not be written to costs time, nothing else.
  }
}
