import assert from "node:assert/strict";
import { describe as describeContainer, describeStats, eachOf } from "../../../operations/engine/containers";
import type { LogLine } from "../../../operations/engine";
import { LogSplitter } from "../../../operations/engine/logs";

/** One message of the engine's log, as it sends it. */
function frame(stream: 1 | 2, text: string): Buffer {
  const head = Buffer.alloc(8);
  head[0] = stream;
  head.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([head, Buffer.from(text)]);
}

function split(kind: "framed" | "plain", ...chunks: readonly Buffer[]): LogLine[] {
  const lines: LogLine[] = [];
  const splitter = new LogSplitter(kind, (line) => lines.push(line));
  for (const chunk of chunks) splitter.take(chunk);
  splitter.end();
  return lines;
}

const at = (second: number): string => `2026-11-21T10:00:0${second}.000000001Z`;

describe("lines of a container's log", () => {
  it("come with their time and stream, wherever the network cut them", () => {
    const bytes = Buffer.concat([frame(1, `${at(1)} one\n`), frame(2, `${at(2)} größer\r\n`), frame(1, `${at(3)} \n`)]);
    const expected = [{ at: at(1), stream: "out", text: "one" }, { at: at(2), stream: "err", text: "größer" }, { at: at(3), stream: "out", text: "" }];
    for (let cut = 0; cut <= bytes.length; cut += 1) assert.deepEqual(split("framed", bytes.subarray(0, cut), bytes.subarray(cut)), expected, `cut at ${cut}`);
  });

  it("are whole however long: the times that the engine puts into a long one are taken out, and streams don't mix", () => {
    const long = split("framed", frame(1, `${at(1)} ${"a".repeat(16_384)}`), frame(2, `${at(2)} between\n`), frame(1, `${at(1)} ${"b".repeat(10)}\n`), frame(1, `${at(3)} next\n`));
    assert.deepEqual(long.map((line) => [line.at, line.stream, line.text.length]), [[at(2), "err", 7], [at(1), "out", 16_394], [at(3), "out", 4]]);
  });

  it("of a terminal have no frames, and the last may have no end", () => {
    assert.deepEqual(split("plain", Buffer.from(`${at(1)} one\n${at(2)} t`), Buffer.from("wo")).map((line) => [line.at, line.text]), [[at(1), "one"], [at(2), "two"]]);
  });
});

const inspected = {
  Id: "i1", Name: "/motel-backend-a-0", Image: "sha256:1", RestartCount: 3,
  State: { Status: "running", Running: true, Restarting: false, Paused: false, StartedAt: "2026-11-21T10:00:00Z", FinishedAt: "0001-01-01T00:00:00Z", ExitCode: 0, OOMKilled: false, Health: { Status: "healthy" } },
  Config: { Image: "motel:1", Labels: { "stackbook.system": "motel" } },
  HostConfig: { Memory: 1024, NanoCpus: 500_000_000 },
  NetworkSettings: { Networks: { "motel-web": { Aliases: ["backend"] }, monitoring: { Aliases: null } } },
} as unknown as Parameters<typeof describeContainer>[0];

describe("a container, as the engine tells of it", () => {
  it("has its image by content, its networks and its limits", () => {
    assert.deepEqual(describeContainer(inspected), {
      id: "i1", name: "motel-backend-a-0", image: { id: "sha256:1", reference: "motel:1" }, state: "running", health: "healthy",
      startedAt: new Date("2026-11-21T10:00:00Z"), finishedAt: undefined, exitCode: undefined, outOfMemory: false, restarts: 3,
      labels: { "stackbook.system": "motel" }, networks: [{ name: "motel-web", aliases: ["backend"] }, { name: "monitoring", aliases: [] }],
      limits: { memoryBytes: 1024, cpus: 0.5 },
    });
  });

  it("has an exit code once it has ended, and no health any more; one that never ran has neither", () => {
    const state = (change: object): ReturnType<typeof describeContainer> =>
      describeContainer({ ...inspected, State: { ...inspected.State, Status: "exited", Running: false, ...change } });
    const killed = state({ ExitCode: 137, OOMKilled: true, FinishedAt: "2026-11-21T11:00:00Z" });
    assert.deepEqual([killed.exitCode, killed.outOfMemory, killed.health, killed.finishedAt], [137, true, undefined, new Date("2026-11-21T11:00:00Z")]);
    const created = state({ Status: "created", StartedAt: "0001-01-01T00:00:00Z" });
    assert.deepEqual([created.state, created.exitCode, created.startedAt], ["created", undefined, undefined]);
  });
});

describe("what a container uses", () => {
  const reading = (change: object = {}): Parameters<typeof describeStats>[0] => ({
    cpu_stats: { cpu_usage: { total_usage: 3_000 }, system_cpu_usage: 20_000, online_cpus: 2 }, precpu_stats: { cpu_usage: { total_usage: 1_000 }, system_cpu_usage: 10_000 },
    memory_stats: { usage: 900, limit: 1_000, stats: { total_inactive_file: 100 } }, pids_stats: { current: 4 },
    networks: { eth0: { rx_bytes: 1, tx_bytes: 2 }, eth1: { rx_bytes: 10, tx_bytes: 20 } },
    blkio_stats: { io_service_bytes_recursive: [{ op: "Read", value: 5 }, { op: "Write", value: 6 }, { op: "Total", value: 11 }, { op: "read", value: 1 }] },
    ...change,
  }) as unknown as Parameters<typeof describeStats>[0];

  it("is a share of all CPUs, memory without cached files, and bytes of all networks and disks", () => {
    assert.deepEqual(describeStats(reading()), { cpus: 0.4, memoryBytes: 800, memoryLimitBytes: 1_000, receivedBytes: 11, sentBytes: 22, readBytes: 6, writtenBytes: 6, processes: 4 });
  });

  it("is read from both kinds of control groups, and is nothing when it does not run", () => {
    assert.equal(describeStats(reading({ memory_stats: { usage: 900, limit: 1_000, stats: { inactive_file: 300 } } })).memoryBytes, 600);
    const none = describeStats(reading({ cpu_stats: { cpu_usage: { total_usage: 0 } }, memory_stats: {}, pids_stats: {}, networks: undefined, blkio_stats: { io_service_bytes_recursive: null } }));
    assert.deepEqual(Object.values(none), [0, 0, 0, 0, 0, 0, 0, 0]);
  });
});

describe("many questions", () => {
  it("are asked a few at a time, and answered in their order", async () => {
    let now = 0;
    let most = 0;
    const answers = await eachOf([5, 1, 4, 2, 3], 2, async (number) => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, number));
      now -= 1;
      return number * 10;
    });
    assert.deepEqual([answers, most], [[50, 10, 40, 20, 30], 2]);
  });
});
