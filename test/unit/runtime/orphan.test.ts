import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

const root = join(__dirname, "../../..");
/** As Pulumi does it: every error is written down, that of writing as well. */
const program = `
  process.on("uncaughtException", (error) => console.error(error));
  setInterval(() => console.error("at work"), 10);
`;

describe("a program whose engine was killed", () => {
  it("ends, and doesn't go on writing to nobody", async () => {
    const child = spawn(process.execPath, ["-e", `require("./test/register.cjs"); require("./runtime/orphan"); ${program}`], { cwd: root, stdio: ["ignore", "ignore", "pipe"] });
    await once(child.stderr, "data");
    child.stderr.destroy();
    const [code] = (await once(child, "exit")) as [number | null];
    assert.equal(code, 1);
  });
});
