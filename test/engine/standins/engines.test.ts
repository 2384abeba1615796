import assert from "node:assert/strict";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect, createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { changes, Project } from "../support";
import { docker, program } from "./probe";

const SOCKET = "/var/run/docker.sock";

describe("the docker stand-in reaches the engine", function () {
  this.timeout(60_000);

  it("over tcp, as DOCKER_HOST says", async () => {
    const proxy = createServer((client) => client.pipe(connect(SOCKET)).pipe(client));
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    const { port } = proxy.address() as AddressInfo;
    const project = await Project.create(program(`exports.name = new docker.Volume("sbt-tcp").name;`), { env: { DOCKER_HOST: `tcp://127.0.0.1:${port}` } });
    try {
      await project.mustUp();
      const { name } = (await project.outputs()) as { name: string };
      assert.equal((await docker.getVolume(name).inspect()).Name, name);
    } finally {
      await project.close();
      proxy.close();
    }
  });

  it("over ssh, with the user, port and options of the provider, through the ssh command", async () => {
    const folder = await mkdtemp(join(tmpdir(), "stackbook-ssh-"));
    await writeFile(join(folder, "ssh"), `#!/bin/sh\necho "$@" >> "${folder}/args"\nwhile [ "$1" != "--" ]; do shift; done\nshift 2\nunset DOCKER_HOST\nexec "$@"\n`);
    await chmod(join(folder, "ssh"), 0o755);
    const project = await Project.create(
      program(
        `const far = new docker.Provider("far", { host: "ssh://deploy@far.example.org:2222", sshOpts: ["-o", "StrictHostKeyChecking=yes"] });`,
        `exports.name = new docker.Volume("sbt-ssh", {}, { provider: far }).name;`,
      ),
      { path: [folder] },
    );
    try {
      await project.mustUp();
      const { name } = (await project.outputs()) as { name: string };
      assert.equal((await docker.getVolume(name).inspect()).Name, name);
      assert.deepEqual(changes(await project.mustUp()), []);
      assert.match(await readFile(join(folder, "args"), "utf8"), /^-l deploy -p 2222 .*-o StrictHostKeyChecking=yes -- far\.example\.org docker system dial-stdio$/m);
    } finally {
      await project.close();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
