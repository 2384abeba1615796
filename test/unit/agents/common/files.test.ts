import assert from "node:assert/strict";
import { existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readJson, writeJson } from "../../../../agents/common/files";
import { listeningLog, removeFolders, silent, temporaryFolder } from "../status/support";

after(removeFolders);

describe("a file that is whole or not at all", () => {
  const number = (value: unknown): number => {
    if (typeof value !== "number") throw new Error("no number");
    return value;
  };

  it("comes back from the copy before when its content is JSON of the wrong kind", () => {
    const path = join(temporaryFolder(), "n.json");
    writeJson(path, 1);
    writeJson(path, 2);
    writeFileSync(path, '"three"');
    assert.equal(readJson(path, number, silent), 1);
    assert.ok(existsSync(`${path}.damaged`));
  });

  it("is nothing when nothing whole is left, and does not stop the agent", () => {
    const path = join(temporaryFolder(), "n.json");
    writeFileSync(path, "");
    assert.equal(readJson(path, number, silent), undefined);
    writeJson(path, 4);
    assert.equal(readJson(path, number, silent), 4);
  });

  it("is for its agent's eyes only, and leaves no draft", () => {
    const folder = temporaryFolder();
    writeJson(join(folder, "n.json"), 1);
    writeJson(join(folder, "n.json"), 2);
    assert.deepEqual(readdirSync(folder).sort(), ["n.json", "n.json.previous"]);
    assert.equal(statSync(join(folder, "n.json")).mode & 0o777, 0o600);
  });

  it("says which file was damaged, and why", () => {
    const path = join(temporaryFolder(), "n.json");
    writeJson(path, "three");
    const { log, lines } = listeningLog();
    readJson(path, number, log);
    assert.match(lines.join(""), /"a file of the agent is damaged; it was put aside".*n\.json","error":"no number"/);
  });
});
