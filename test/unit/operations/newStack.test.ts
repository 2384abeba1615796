import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createStack, type NewStack } from "../../../operations/newStack";
import { Problem } from "../../../operations/problem";

describe("a stack that is made for a recovery", () => {
  let folder: string;
  const calls = (): string[] => readFileSync(join(folder, "calls"), "utf8").trim().split("\n");
  const env = (change: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({ PATH: `${folder}${delimiter}${process.env["PATH"] ?? ""}`, PULUMI_BACKEND_URL: "file:///nowhere", ...change });
  const wanted = (change: Partial<NewStack> = {}): NewStack => ({ name: "gone", secrets: { type: "passphrase", passphrase: "of the kit" }, local: false, stackFile: "config: {}\n", systems: ["motel"], ...change });
  const make = (change: Partial<NewStack> = {}, environment = env()): ReturnType<typeof createStack> => createStack(wanted(change), environment, () => undefined, folder);
  const refusal = async (change: Partial<NewStack>, environment = env()): Promise<string> => {
    const error = await make(change, environment).then(() => assert.fail("it was made"), (reason: unknown) => reason);
    assert.ok(error instanceof Problem, String(error));
    return error.text();
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "stackbook-new-"));
    writeFileSync(join(folder, "pulumi"), `#!/bin/sh
echo "$* ($PULUMI_CONFIG_PASSPHRASE)" >> ${folder}/calls
case "$*" in
  "stack ls --json --non-interactive") echo '[{"name":"lives","resourceCount":12},{"name":"empty","resourceCount":0},{"name":"new"}]' ;;
  "stack init "*) ;;
  *) echo "unknown: $*" >&2; exit 1 ;;
esac
`);
    chmodSync(join(folder, "pulumi"), 0o755);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("is initialised with the kit's passphrase, and gets the stack file of the backup where the clone has none", async () => {
    const cli = await make();
    assert.deepEqual(calls(), ["stack ls --json --non-interactive (of the kit)", "stack init gone --non-interactive (of the kit)"]);
    assert.equal(readFileSync(join(folder, "Pulumi.gone.yaml"), "utf8"), "config: {}\n");
    assert.deepEqual([cli.passphrase(), cli.local], ["of the kit", false]);
  });

  it("keeps the clone's own stack file, which is newer than any backup", async () => {
    writeFileSync(join(folder, "Pulumi.gone.yaml"), "config: { mine: true }\n");
    await make();
    assert.match(readFileSync(join(folder, "Pulumi.gone.yaml"), "utf8"), /mine/);
    assert.match(await refusal({ name: "none", stackFile: undefined }), /there is no .*Pulumi\.none\.yaml, and no backup holds it either/);
  });

  it("uses the same key service as before, and an empty stack that is there already", async () => {
    await make({ secrets: { type: "cloud", state: { url: "awskms://alias/stackbook", encryptedkey: "x" } } });
    assert.match(calls()[1] ?? "", /^stack init gone --secrets-provider awskms:\/\/alias\/stackbook --non-interactive/);
    await make({ name: "empty" });
    assert.equal(calls().length, 3);
  });

  it("refuses a stack that lives, and says what to do instead", async () => {
    const text = await refusal({ name: "lives" });
    assert.match(text, /the stack lives exists already, with 12 resources: recover is for a stack that is gone\n/);
    for (const way of [/npx stackbook restore latest --stack lives/, /pulumi up --stack lives/, /pulumi stack rm --force --preserve-config lives/]) assert.match(text, way);
  });

  it("never replaces the passphrase of another stack of this clone", async () => {
    mkdirSync(join(folder, ".stackbook"));
    writeFileSync(join(folder, ".stackbook", "passphrase"), "of another\n");
    const local = env();
    delete local["PULUMI_BACKEND_URL"];
    assert.match(await refusal({ local: true }, local), /this clone has a passphrase already.*\n {2}Use a fresh clone/);
    assert.match(await refusal({ local: true, secrets: { type: "passphrase" } }, local), /the recovery kit has no passphrase/);
    assert.equal(readFileSync(join(folder, ".stackbook", "passphrase"), "utf8"), "of another\n");
    assert.ok(!existsSync(join(folder, "calls")), "nothing was begun");
  });
});
