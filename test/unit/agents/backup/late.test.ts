import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { decryptSymmetric, encryptSymmetric, throughGpg } from "../../../../agents/backup/src/crypto/gpg";
import { startTool } from "../../../../agents/backup/src/sources/tool";

const text = async (stream: Readable): Promise<string> => Buffer.concat(await (stream as unknown as { toArray(): Promise<Buffer[]> }).toArray()).toString();

describe("a stream that is read late, when its process has ended", () => {
  const home = mkdtempSync(join(tmpdir(), "late-"));
  after(() => rmSync(home, { recursive: true }));

  it("has all that gpg wrote", async () => {
    const passphrase = "only a test";
    const call = { home, passphrase };
    const secret = throughGpg(Readable.from([Buffer.from("a row")]), { ...call, args: encryptSymmetric(65_536) });
    await pause(1000);
    const plain = throughGpg(secret, { ...call, args: decryptSymmetric });
    await pause(1000);
    assert.equal(await text(plain), "a row");
  });

  it("has all that a dump tool wrote", async () => {
    const { done, stdout } = startTool("sh", ["-c", "echo a row"]);
    await pause(500);
    assert.equal(await text(stdout), "a row\n");
    await done;
  });
});
