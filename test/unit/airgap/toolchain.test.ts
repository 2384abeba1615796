import assert from "node:assert/strict";
import { execFile, type ExecFileException } from "node:child_process";
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const root = join(__dirname, "..", "..", "..");

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

describe("building the toolchain", function () {
  this.timeout(20_000);

  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "stackbook-toolchain-"));
    await mkdir(join(folder, "bin"));
    await symlink(process.execPath, join(folder, "bin", "node"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** A `go` that answers its version, and "builds" by writing what it was asked to. */
  const fakeGo = async (version: string, build = `for a; do [ "$last" = -o ] && out=$a; last=$a; done; echo "$PWD" > "$out"; echo x >> "${"$"}COUNT"`): Promise<void> => {
    const path = join(folder, "bin", "go");
    await writeFile(path, `#!/bin/sh\nif [ "$1" = env ]; then echo ${version}; exit; fi\n${build}\n`);
    await chmod(path, 0o755);
  };
  const build = (): Promise<Ended> =>
    new Promise((resolve) => {
      const env = { PATH: `${join(folder, "bin")}:/usr/bin:/bin`, HOME: folder, XDG_CACHE_HOME: join(folder, "cache"), COUNT: join(folder, "count") };
      execFile(process.execPath, [join(root, "airgap/toolchain/build.mjs")], { env }, (error: ExecFileException | null, stdout, stderr) => {
        resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr });
      });
    });

  it("builds both programs once, into the cache, with the scripts the CLI needs beside them", async () => {
    await fakeGo("go1.24.1");
    const first = await build();
    assert.equal(first.code, 0, first.stderr);
    const bin = first.stdout.trim();
    assert.ok(bin.startsWith(join(folder, "cache", "stackbook", "toolchain")));
    assert.match(await readFile(join(bin, "pulumi"), "utf8"), /airgap\/toolchain\/cli/);
    assert.match(await readFile(join(bin, "pulumi-language-nodejs"), "utf8"), /airgap\/toolchain\/nodehost/);
    assert.match(await readFile(join(bin, "pulumi-resource-pulumi-nodejs"), "utf8"), /dynamic-provider/);
    assert.match(await readFile(join(bin, "pulumi-analyzer-policy"), "utf8"), /run-policy-pack/);
    assert.deepEqual(await build(), { code: 0, stdout: first.stdout, stderr: "" });
    assert.equal(await readFile(join(folder, "count"), "utf8"), "x\nx\n");
  });

  it("is done once when two runs want it at the same time", async () => {
    await fakeGo("go1.24.1", `for a; do [ "$last" = -o ] && out=$a; last=$a; done; sleep 1; echo x > "$out"; echo x >> "${"$"}COUNT"`);
    const [a, b] = await Promise.all([build(), build()]);
    assert.equal(a.stdout, b.stdout);
    assert.equal(await readFile(join(folder, "count"), "utf8"), "x\nx\n");
    assert.match(a.stderr + b.stderr, /waiting for process \d+, which is building the same/);
  });

  it("goes on where a killed run left its lock", async () => {
    await fakeGo("go1.24.1");
    const bin = (await build()).stdout.trim();
    await rm(dirname(bin), { recursive: true });
    await mkdir(`${dirname(bin)}.lock`);
    await writeFile(join(`${dirname(bin)}.lock`, "pid"), "999999999");
    assert.equal((await build()).stdout.trim(), bin);
  });

  it("says that Go is missing, or too old", async () => {
    const missing = await build();
    assert.equal(missing.code, 1);
    assert.match(missing.stderr, /Go is not installed: install Go 1\.24 or newer/);
    await fakeGo("go1.19.8");
    assert.match((await build()).stderr, /go1\.19\.8 is too old: install Go 1\.24 or newer/);
  });

  it("shows what the compiler said, and leaves nothing half-built", async () => {
    await fakeGo("go1.24.1", `echo "module not found" >&2; exit 2`);
    const failed = await build();
    assert.equal(failed.code, 1);
    assert.match(failed.stderr, /module not found/);
    assert.match(failed.stderr, /GOPROXY/);
    await fakeGo("go1.24.1");
    assert.equal((await build()).code, 0);
  });
});
