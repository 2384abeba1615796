import assert from "node:assert/strict";
import { composeFile } from "../../../bench/compose.mjs";
import { line, median, summary } from "../../../bench/statistics.mjs";

describe("bench: figures", () => {
  it("takes the middle one, or the mean of the two in the middle", () => {
    assert.equal(median([9, 1, 5]), 5);
    assert.equal(median([4, 1, 9, 2]), 3);
  });

  it("keeps the fastest and the slowest beside the median", () => {
    const run = (seconds) => ({ seconds, cpuSeconds: 1, programMiB: 10, treeMiB: 20 });
    const { runs, seconds, fastest, slowest } = summary([run(3), run(1), run(2)]);
    assert.deepEqual({ runs, seconds, fastest, slowest }, { runs: 3, seconds: 2, fastest: 1, slowest: 3 });
  });

  it("tells what is there anyway from what each one more costs", () => {
    assert.deepEqual(line([[1, 5], [2, 7], [3, 9]]), { slope: 2, start: 3, straightness: 1 });
    assert.ok(line([[1, 5], [2, 9], [3, 6]]).straightness < 0.2);
  });
});

describe("bench: the Compose file of a running stack", () => {
  const container = {
    Id: "0123456789abcdef",
    Name: "/motel-cache-1a2b3c4",
    Config: { Image: "redis:7", Entrypoint: ["sh", "-c"], Cmd: ['echo "$REDIS_PASSWORD"'], Env: ["REDIS_PASSWORD=a$b"], User: "999:999", Labels: { "stackbook.stack": "x", keep: "this" }, Healthcheck: { Test: ["CMD", "true"], Interval: 2e9, Retries: 5 }, StopTimeout: 30 },
    HostConfig: {
      Init: true, ReadonlyRootfs: true, CapDrop: ["ALL"], SecurityOpt: ["no-new-privileges:true"], RestartPolicy: { Name: "unless-stopped" }, Memory: 1024, MemorySwap: 1024, NanoCpus: 5e8,
      LogConfig: { Type: "json-file", Config: {} }, Tmpfs: { "/tmp": "rw" }, Mounts: [{ Type: "volume", Source: "motel-cache-9", Target: "/data" }],
      PortBindings: { "8080/tcp": [{ HostIp: "127.0.0.1", HostPort: "38080" }] },
    },
    NetworkSettings: { Networks: { "motel-cache-8": { Aliases: ["cache", "0123456789ab"] } } },
  };
  const { services, networks, volumes } = composeFile([container]);
  const service = services["motel-cache-1a2b3c4"];

  it("uses the stack's own networks and volumes", () => {
    assert.deepEqual(networks, { "motel-cache-8": { external: true, name: "motel-cache-8" } });
    assert.deepEqual(volumes, { "motel-cache-9": { external: true, name: "motel-cache-9" } });
    assert.deepEqual(service.networks, { "motel-cache-8": { aliases: ["cache", "motel-cache-1a2b3c4"] } });
  });

  it("keeps a dollar sign what it is", () => {
    assert.deepEqual(service.environment, ["REDIS_PASSWORD=a$$b"]);
    assert.deepEqual(service.command, ['echo "$$REDIS_PASSWORD"']);
  });

  it("keeps limits, health check and ports", () => {
    assert.equal(service.cpus, 0.5);
    assert.deepEqual(service.healthcheck, { test: ["CMD", "true"], interval: "2s", timeout: undefined, start_period: undefined, retries: 5 });
    assert.deepEqual(service.ports, ["127.0.0.1:38080:8080/tcp"]);
  });

  it("doesn't carry the labels by which a stack finds its containers", () => assert.deepEqual(service.labels, { keep: "this" }));
});
