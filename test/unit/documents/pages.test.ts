import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { generatedFolders, generatedPages } from "../../../documents";

const root = join(__dirname, "../../..");

describe("pages that are written from data", () => {
  const pages = generatedPages();

  for (const path of Object.keys(pages)) {
    it(`${path} is current; \`npm run docs\` writes it again`, () => {
      assert.ok(existsSync(join(root, path)), `${path} is missing: npm run docs`);
      assert.equal(readFileSync(join(root, path), "utf8"), pages[path]);
    });
  }

  it("have nothing beside them that is no longer written", () => {
    for (const folder of generatedFolders) for (const name of readdirSync(join(root, folder))) assert.ok(`${folder}/${name}` in pages, `${folder}/${name} is no longer made: npm run docs`);
  });

  it("end with one line break, and no line with a space", () => {
    for (const [path, text] of Object.entries(pages)) {
      assert.match(text, /[^\n]\n$/, path);
      assert.doesNotMatch(text, /[^\n]* \n/, path);
    }
  });
});
