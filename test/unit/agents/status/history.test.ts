import assert from "node:assert/strict";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { History } from "../../../../agents/status/src/history";
import { daysUntil } from "../../../../agents/status/src/time";
import { listeningLog, removeFolders, silent, temporaryFolder } from "./support";

after(removeFolders);

describe("the history of checks", () => {
  it("is the same after a restart", () => {
    const folder = temporaryFolder();
    const history = new History(folder, silent);
    history.record("2026-11-20", "memo", "up");
    history.record("2026-11-20", "memo", "down");
    history.record("2026-11-20", "memo", "maintenance");
    history.record("2026-11-21", "motel", "up");
    history.save("2026-11-21");
    const again = new History(folder, silent);
    assert.deepEqual(again.tally("2026-11-20", "memo"), { up: 1, total: 2, maintenance: 1 });
    assert.deepEqual(again.tally("2026-11-21", "motel"), { up: 1, total: 1, maintenance: 0 });
    assert.deepEqual(again.tally("2026-11-19", "memo"), { up: 0, total: 0, maintenance: 0 });
  });

  it("keeps 90 days and more, and drops what nobody is shown", () => {
    const folder = temporaryFolder();
    const history = new History(folder, silent);
    for (const day of daysUntil("2026-11-21", 130)) {
      history.record(day, "memo", "up");
      history.save(day);
    }
    const kept = readdirSync(folder).filter((name) => name.endsWith(".json"));
    assert.equal(kept.length, 101);
    for (const day of daysUntil("2026-11-21", 90)) assert.equal(history.tally(day, "memo").total, 1);
    assert.equal(history.tally("2026-07-15", "memo").total, 0);
  });

  it("loses half a minute to a write that was torn, and one day at most to a damaged file", () => {
    const folder = temporaryFolder();
    const before = new History(folder, silent);
    before.record("2026-11-20", "memo", "up");
    before.save("2026-11-20");
    before.record("2026-11-21", "memo", "up");
    before.save("2026-11-21");
    before.record("2026-11-21", "memo", "down");
    before.save("2026-11-21");
    // A power cut while writing leaves the draft; a bad disk leaves half a file.
    writeFileSync(join(folder, "2026-11-21.json.new"), '{"memo":{"up":');
    writeFileSync(join(folder, "2026-11-21.json"), '{"memo":{"up":1,"tot');
    const { log, lines } = listeningLog();
    const history = new History(folder, log);
    assert.deepEqual(history.tally("2026-11-21", "memo"), { up: 1, total: 1, maintenance: 0 });
    assert.equal(history.tally("2026-11-20", "memo").total, 1);
    assert.match(lines.join(""), /damaged; it was put aside.*2026-11-21\.json/);
    history.record("2026-11-21", "memo", "up");
    history.save("2026-11-21");
    assert.deepEqual(new History(folder, silent).tally("2026-11-21", "memo"), { up: 2, total: 2, maintenance: 0 });
  });
});
