// Slow: a second stack, of FETMS, brought up twice
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BackupEntry, DrillAnswer, RunAnswer } from "../../../backups/protocol";
import type { Kit } from "../../../operations/backups/kit";
import { BackedUpStack, type Sums } from "./support/stage";
import { collectionSums, uploadSums } from "./support/sums";

const stage = new BackedUpStack("e2e-backups-fetms", 28853, { fetms: { version: "1.0.0" } });

describe("backups of fetms: MongoDB and uploads", function () {
  this.timeout(900_000);
  let first: { readonly documents: Sums; readonly files: string };
  let backup: string;
  let kit: Kit;

  before(() => stage.start());
  after(() => stage.end());

  const state = async (): Promise<typeof first> => ({ documents: await collectionSums(stage, "fetms"), files: await uploadSums(stage, "fetms") });
  /** A teacher with a picture, as a visitor makes one. */
  const addTeacher = async (name: string): Promise<void> => {
    const { visitor, headers } = await stage.visitor("fetms");
    const { body, status } = await visitor.ask("/api/teachers", { json: { name, email: `${name}@backups.example` }, headers });
    assert.equal(status, 201, body);
    const [, id = ""] = /"id":\s*"([^"]+)"/.exec(body) ?? [];
    const uploaded = await visitor.ask(`/api/teachers/${id}/avatar`, { body: randomBytes(20_000), headers: { ...headers, "content-type": "image/png" } });
    assert.equal(uploaded.status, 201, uploaded.body);
    visitor.close();
  };

  it("takes documents and files in one set, which a drill restores", async () => {
    await addTeacher("ada");
    first = await state();
    const { backups } = await stage.json<{ backups: RunAnswer[] }>("backup", "fetms");
    backup = backups[0]?.backup ?? "";
    const { backups: listed } = await stage.json<{ backups: BackupEntry[] }>("backups", "list");
    assert.deepEqual(listed.find((entry) => entry.backup === backup)?.parts, ["database", "uploads", "config", "checkpoint"]);
    await stage.must("verify", "latest");
    const { drills } = await stage.json<{ drills: DrillAnswer[] }>("drill");
    assert.equal(drills[0]?.ok, true);
    kit = await stage.json<Kit>("recovery-kit");
  });

  it("brings back exactly the first state, files included", async () => {
    await addTeacher("grace");
    assert.notDeepEqual(await state(), first);
    await stage.must("restore", "latest", "--system", "fetms", "--yes");
    assert.deepEqual(await state(), first);
  });

  it("brings back files alone, and one collection alone", async () => {
    await addTeacher("emmy");
    const changed = await state();
    await stage.must("restore", backup, "--only", "uploads", "--yes");
    assert.deepEqual(await state(), { documents: changed.documents, files: first.files });
    await stage.must("restore", backup, "--collection", "teachers", "--yes");
    const now = await state();
    assert.equal(now.documents["teachers"], first.documents["teachers"]);
    assert.deepEqual({ ...now.documents, teachers: "" }, { ...changed.documents, teachers: "" }, "other collections");
  });

  it("comes back whole on an empty machine", async () => {
    await addTeacher("sofia");
    const before = await state();
    await stage.must("backup");
    const folder = mkdtempSync(join(tmpdir(), "stackbook-kit-"));
    writeFileSync(join(folder, "kit.json"), JSON.stringify(kit));
    await stage.loseEverything();
    await stage.must("recover", "--kit", join(folder, "kit.json"), "--yes");
    rmSync(folder, { recursive: true });
    assert.deepEqual(await state(), before);
    const { visitor, headers } = await stage.visitor("fetms");
    assert.match((await visitor.ask("/api/teachers", { headers })).body, /sofia/);
    visitor.close();
  });
});
