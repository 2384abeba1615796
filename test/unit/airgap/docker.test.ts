import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { duration } from "../../../airgap/plugins/docker/container/outputs";
import { createRequest, endpoint, limits, nanoseconds } from "../../../airgap/plugins/docker/container/request";
import { contextDigest } from "../../../airgap/plugins/docker/image/context";
import { repoDigest } from "../../../airgap/plugins/docker/images";

describe("a container's request", () => {
  it("counts memory in MiB, processors in billionths, and leaves swap alone when it is unlimited", () => {
    const request = createRequest({ name: "a", image: "b", memory: 64, memorySwap: -1, cpus: "0.5", shmSize: 2 });
    assert.equal(request.HostConfig?.Memory, 64 * 1024 * 1024);
    assert.equal(request.HostConfig?.MemorySwap, -1);
    assert.equal(request.HostConfig?.NanoCpus, 500_000_000);
    assert.equal(request.HostConfig?.ShmSize, 2 * 1024 * 1024);
    assert.equal(limits({ memory: 1, memorySwap: 3 }).MemorySwap, 3 * 1024 * 1024);
  });

  it("binds and exposes ports, several to one", () => {
    const request = createRequest({ name: "a", image: "b", ports: [{ internal: 80, external: 8080, ip: "127.0.0.1", protocol: "tcp" }, { internal: 80 }] });
    assert.deepEqual(request.HostConfig?.PortBindings, { "80/tcp": [{ HostIp: "127.0.0.1", HostPort: "8080" }, { HostIp: "0.0.0.0", HostPort: "0" }] });
    assert.deepEqual(request.ExposedPorts, { "80/tcp": {} });
  });

  it("mounts volumes, folders and memory", () => {
    const request = createRequest({
      name: "a",
      image: "b",
      mounts: [{ type: "volume", source: "v", target: "/v", readOnly: true, volumeOptions: { noCopy: true } }],
      volumes: [{ hostPath: "/h", containerPath: "/c", readOnly: true }, { containerPath: "/anonymous" }, { fromContainer: "other" }],
      tmpfs: { "/tmp": "size=1m" },
    });
    assert.equal(request.HostConfig?.Mounts?.[0]?.VolumeOptions?.NoCopy, true);
    assert.deepEqual(request.HostConfig?.Binds, ["/h:/c:ro"]);
    assert.deepEqual(Object.keys(request.Volumes ?? {}), ["/c", "/anonymous"]);
    assert.deepEqual(request.HostConfig?.VolumesFrom, ["other"]);
    assert.deepEqual(request.HostConfig?.Tmpfs, { "/tmp": "size=1m" });
  });

  it("joins a network with aliases and options", () => {
    assert.deepEqual(endpoint({ name: "n", aliases: ["a"], driverOpts: ["k=v=w"] }).DriverOpts, { k: "v=w" });
  });

  it("writes durations as Docker's plugin does, and reads them back", () => {
    assert.equal(duration(90e9), "1m30s");
    assert.equal(duration(3600e9), "1h0m0s");
    assert.equal(duration(300e6), "300ms");
    assert.equal(duration(0), "0s");
    fc.assert(fc.property(fc.integer({ min: 0, max: 1e8 }), (milliseconds) => nanoseconds(duration(milliseconds * 1e6)) === milliseconds * 1e6));
  });
});

describe("an image's digest", () => {
  it("of the registry is that of the same repository", () => {
    const image = { id: "sha256:1", digests: ["localhost:5000/a/b@sha256:2", "b@sha256:3"] };
    assert.equal(repoDigest("localhost:5000/a/b:1.0", image), "localhost:5000/a/b@sha256:2");
    assert.equal(repoDigest("b:1", image), "b@sha256:3");
    assert.equal(repoDigest("c", image), "");
  });

  it("of a build's folder follows names, contents and modes, and nothing that is left out", async () => {
    const folder = await mkdtemp(join(tmpdir(), "stackbook-context-"));
    try {
      const dockerfile = join(folder, "Dockerfile");
      const digest = (): Promise<string> => contextDigest(folder, dockerfile);
      await writeFile(dockerfile, "FROM x");
      await writeFile(join(folder, ".dockerignore"), "cache\nDockerfile\n");
      await mkdir(join(folder, "cache"));
      const first = await digest();
      await writeFile(join(folder, "cache/a"), "1");
      assert.equal(await digest(), first);
      await writeFile(join(folder, "kept"), "1");
      const second = await digest();
      assert.notEqual(second, first);
      await writeFile(join(folder, "kept"), "2");
      assert.notEqual(await digest(), second);
      await writeFile(dockerfile, "FROM y");
      assert.notEqual(await digest(), second);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
