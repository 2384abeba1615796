import assert from "node:assert/strict";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WatchedFile } from "../../../../agents/backup/src/serve/watchedFile";

describe("the settings of an agent that no signal reaches", () => {
  let folder = "";
  before(() => (folder = mkdtempSync(join(tmpdir(), "stackbook-watched-"))));
  after(() => rmSync(folder, { recursive: true }));

  it("are seen to be others once, and while they are exchanged not at all", () => {
    const path = join(folder, "backup.json");
    writeFileSync(path, "a");
    const file = new WatchedFile(path);
    assert.equal(file.isOther(), false);
    writeFileSync(path, "b");
    assert.deepEqual([file.isOther(), file.isOther()], [true, false]);
    renameSync(path, `${path}.away`);
    assert.equal(file.isOther(), false);
    renameSync(`${path}.away`, path);
    assert.equal(file.isOther(), false);
  });
});
