import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));

/** The normal way, with the download and the CLI played by scripts: what is asked of them is what counts. */
describe("setup: the official CLI and plugins", () => {
  let folder;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "stackbook-official-"));
    mkdirSync(join(folder, "bin"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function program(name, lines) {
    const file = join(folder, "bin", name);
    writeFileSync(file, `#!/bin/sh\n${lines.join("\n")}\n`);
    chmodSync(file, 0o755);
  }

  /** Runs set-up's module in a process of its own, whose cache and PATH are ours. */
  function evaluate(code) {
    const { status, stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", code], {
      cwd: root,
      encoding: "utf8",
      env: { ...process.env, PATH: `${join(folder, "bin")}${delimiter}/usr/bin${delimiter}/bin`, XDG_CACHE_HOME: join(folder, "cache"), PULUMI_HOME: join(folder, "home") },
    });
    if (status !== 0) throw new Error(stderr);
    return JSON.parse(stdout);
  }

  const installCli = (force) =>
    evaluate(`
      const { installCli, findCli } = await import("./setup/tools/cli.mjs");
      const choice = { way: "official", why: "no pulumi on the PATH", short: "it answers" };
      const result = await installCli(choice, undefined, () => undefined, ${JSON.stringify(force)}).catch((error) => ({ error: error.message }));
      console.log(JSON.stringify({ result, found: (await findCli()) ?? null }));
    `);

  it("installs the CLI of the SDK's version into the cache, changes no PATH, and finds it again", () => {
    const script = [
      'echo "$@" >"$TOLD"',
      'while [ $# -gt 0 ]; do [ "$1" = --install-root ] && root=$2; [ "$1" = --version ] && version=$2; shift; done',
      'mkdir -p "$root/bin"',
      'printf \'#!/bin/sh\\necho v%s\\n\' "$version" >"$root/bin/pulumi"',
      'cp "$root/bin/pulumi" "$root/bin/pulumi-language-nodejs"; chmod +x "$root"/bin/*',
    ];
    writeFileSync(join(folder, "installer.sh"), `TOLD=${join(folder, "told")}\n${script.join("\n")}\n`);
    program("curl", [`[ "$2" = https://get.pulumi.com ] && cat ${join(folder, "installer.sh")}`]);
    const { result, found } = installCli();
    assert.equal(result.bin, join(folder, "cache", "stackbook", "pulumi-3.230.0", "bin"));
    assert.deepEqual(found.version, [3, 230, 0]);
    assert.equal(spawnSync("cat", [join(folder, "told")], { encoding: "utf8" }).stdout.trim(), `--version 3.230.0 --install-root ${join(folder, "cache", "stackbook", "pulumi-3.230.0")} --no-edit-path`);
  });

  it("says that the installer failed when --online insists on it", () => {
    program("curl", ["echo 'curl: (6) no such host' >&2", "exit 6"]);
    assert.match(installCli("online").result.error, /Pulumi's installer failed/);
    assert.ok(!existsSync(join(folder, "cache", "stackbook", "pulumi-3.230.0", "bin")));
  });

  it("installs exactly the plugins that the cache lacks, in the SDKs' versions", () => {
    mkdirSync(join(folder, "home", "plugins", "resource-random-v4.21.2"), { recursive: true });
    writeFileSync(join(folder, "home", "plugins", "resource-random-v4.21.2", "pulumi-resource-random"), "");
    program("pulumi", [`echo "$@" >>${join(folder, "asked")}`]);
    const { said } = evaluate(`
      const { installPlugins } = await import("./setup/tools/plugins.mjs");
      const installed = await installPlugins({ way: "official", why: "", short: "" }, "pulumi", process.env, () => undefined);
      console.log(JSON.stringify(installed));
    `);
    assert.match(said, /official .*docker 5\.2\.0.*installed by `pulumi plugin install`/);
    const asked = spawnSync("cat", [join(folder, "asked")], { encoding: "utf8" }).stdout.trim().split("\n");
    assert.ok(asked.includes("plugin install resource docker 5.2.0"), asked.join());
    assert.ok(asked.every((line) => !line.includes(" random ")), asked.join());
  });

  it("gives up on the official plugins with --online, and takes no stand-in in their place", () => {
    program("pulumi", ["exit 1"]);
    const { error } = evaluate(`
      const { installPlugins } = await import("./setup/tools/plugins.mjs");
      console.log(JSON.stringify(await installPlugins({ way: "official", why: "", short: "" }, "pulumi", process.env, () => undefined, "online").catch((error) => ({ error: error.message }))));
    `);
    assert.match(error, /could not be installed, and --online was given/);
  });
});
