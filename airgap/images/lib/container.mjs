import { cpSync, createWriteStream, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));

/**
 * A build is a container that unpacks what it is given on standard input into /build, runs
 * build.sh and removes /build; an image is that container, committed. Compared with `docker build`
 * it needs neither BuildKit nor build secrets (Debian's clients and newer ones differ in both), and
 * what the machine lends it (mirrors, keys, certificates) is in no layer and no history.
 */
const script = "mkdir /build; tar -x -C /build -f -; . /build/build-lib.sh; cd /build; . /build/build.sh; cd /; rm -rf /build";

export class Builder {
  constructor({ docker, hostFiles, listsVolume, log }) {
    Object.assign(this, { docker, hostFiles, listsVolume, log });
  }

  /** Runs build.sh of `folder` on top of `from`; `finish(container)` gets the stopped container. */
  async run({ name, from, folder, script: buildScript = "build.sh", artifacts = {}, files = {}, writableLists = false, stopSignal = "SIGTERM", output }, finish = async () => undefined) {
    const container = `stackbook-airgap-build-${name}-${process.pid}`;
    const stage = mkdtempSync(join(tmpdir(), `stackbook-image-${name}-`));
    try {
      this.#stage(stage, folder, buildScript, artifacts);
      for (const [file, content] of Object.entries(files)) writeFileSync(join(stage, file), content);
      await this.docker.call(
        // `docker commit` sets no stop signal; it takes over the container's.
        ["run", "-i", "--name", container, "--stop-signal", stopSignal, "-v", `${this.listsVolume}:/var/lib/apt/lists${writableLists ? "" : ":ro"}`, from, "/bin/sh", "-ec", script],
        { input: tarStream(stage), output },
      );
      return await finish(container);
    } finally {
      rmSync(stage, { recursive: true, force: true });
      await this.docker.remove("container", container);
    }
  }

  async commit(container, reference, changes) {
    await this.docker.call(["commit", ...changes.flatMap((change) => ["--change", change]), container, reference]);
  }

  /** Copies a file or folder of a stopped container: a folder as a tar file. */
  async copyOut(container, path, target) {
    await this.docker.call(["cp", `${container}:${path}`, "-"], { output: createWriteStream(target) });
  }

  #stage(stage, folder, buildScript, artifacts) {
    cpSync(folder, stage, { recursive: true });
    cpSync(join(folder, buildScript), join(stage, "build.sh"));
    cpSync(join(here, "build-lib.sh"), join(stage, "build-lib.sh"));
    for (const [file, content] of this.hostFiles) {
      mkdirSync(dirname(join(stage, "host", file)), { recursive: true });
      writeFileSync(join(stage, "host", file), content);
    }
    for (const [name, path] of Object.entries(artifacts)) cpSync(path, join(stage, name));
  }
}

function tarStream(folder) {
  // Owned by root and readable inside: the own ids mean nothing there, and apt fetches as a user of its own.
  return spawn("tar", ["-c", "--owner=0", "--group=0", "--mode=u=rwX,go=rX", "-C", folder, "."], { stdio: ["ignore", "pipe", "inherit"] }).stdout;
}
