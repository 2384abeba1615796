import assert from "node:assert/strict";
import * as fs from "node:fs";
import { createRequire } from "node:module";
import * as os from "node:os";
import * as path from "node:path";
import ts from "typescript";

import { create } from "../../../runtime/transpile.cjs";

const require = createRequire(import.meta.url);

describe("the transpiler that keeps its output", () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "stackbook-transpile-"));
  after(() => fs.rmSync(folder, { recursive: true, force: true }));

  const code = "export const answer: number = 42;\n";
  const fileName = "/somewhere/answer.ts";
  const transpiler = (more = {}, place = folder) =>
    create({
      service: { config: { options: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, sourceMap: true, ...more } } },
      transpilerConfigLocalResolveHelper: (name) => require.resolve(name),
      folder: place,
    });
  const kept = () => fs.readdirSync(folder).map((name) => path.join(folder, name));

  it("says what the compiler says, the first time and from what was kept", () => {
    const { outputText, sourceMapText } = ts.transpileModule(code, { fileName, compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, sourceMap: true } });
    for (const time of ["first", "second"]) {
      const made = transpiler().transpile(code, { fileName });
      assert.equal(made.outputText, outputText, time);
      assert.equal(made.sourceMapText, sourceMapText, time);
    }
    assert.equal(kept().length, 1);
  });

  it("reads what was kept instead of compiling", () => {
    const [file = ""] = kept();
    const entry = JSON.parse(fs.readFileSync(file, "utf8"));
    fs.writeFileSync(file, JSON.stringify({ ...entry, outputText: "kept" }));
    assert.equal(transpiler().transpile(code, { fileName }).outputText, "kept");
  });

  it("compiles again when the text, the options or what was kept have changed, in the same place", () => {
    assert.match(transpiler().transpile(code.replace("42", "43"), { fileName }).outputText, /43/);
    assert.match(transpiler({ module: ts.ModuleKind.ESNext }).transpile(code, { fileName }).outputText, /export const answer/);
    fs.writeFileSync(kept()[0] ?? "", "{ not whole");
    assert.match(transpiler().transpile(code, { fileName }).outputText, /exports\.answer = 42/);
    assert.equal(kept().length, 1);
  });

  it("works where nothing can be written", () => {
    const file = path.join(folder, "a-file");
    fs.writeFileSync(file, "");
    assert.match(transpiler({}, path.join(file, "inside")).transpile(code, { fileName }).outputText, /42/);
  });
});
