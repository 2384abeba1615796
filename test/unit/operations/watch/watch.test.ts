import assert from "node:assert/strict";
import type { Container } from "../../../../operations/engine";
import { Problem } from "../../../../operations/problem";
import { watchVersion, type Watched, type WatchPlan } from "../../../../operations/watch";
import { keyOf, type Figures } from "../../../../operations/watch/figures";
import { findLeak, type MemorySample } from "../../../../operations/watch/memory";
import type { FigureSource } from "../../../../operations/watch/sources";
import { FakeEngine } from "../support/engine";
import { container } from "../support/prometheus";

const MiB = 1024 ** 2;
const limits = [{ of: "errors", above: 0.01, minimum: { requests: 50, failures: 5 }, text: "1 %", id: "error-rate" }] as const;
const app = (name: string, change: Partial<Container> = {}): Container =>
  container(name, { labels: { "stackbook.stack": "dev", "stackbook.system": "motel", "stackbook.service": "backend", "stackbook.role": "app", "stackbook.slot": "a" }, limits: { memoryBytes: 1024 * MiB, cpus: 1 }, ...change });
const database = (change: Partial<Container> = {}): Container => container("motel-database-1", { labels: { "stackbook.stack": "dev", "stackbook.system": "motel", "stackbook.service": "database", "stackbook.role": "database" }, ...change });

interface World {
  /** Requests and failed ones, so many seconds after the start. */
  readonly traffic?: (second: number) => readonly [number, number];
  readonly containers?: (second: number) => readonly Container[];
  readonly memory?: (second: number) => number;
  readonly source?: FigureSource["read"];
  readonly marks?: (second: number) => readonly { readonly name: string; readonly labels: Record<string, string> }[];
  readonly signal?: AbortSignal;
}

/** A watch of a minute in a world whose clock is the watch's own pauses. */
async function watched(world: World, plan: Partial<WatchPlan> = {}): Promise<{ readonly result: Watched; readonly lines: readonly string[]; readonly seconds: number }> {
  let second = 0;
  const lines: string[] = [];
  const engine = new FakeEngine({
    containers: () => Promise.resolve([...(world.containers?.(second) ?? [app("motel-backend-a-0")]), ...(world.containers === undefined ? [database()] : [])]),
    stats: () => Promise.resolve({ cpus: 0, memoryBytes: world.memory?.(second) ?? 100 * MiB, memoryLimitBytes: 1024 * MiB, receivedBytes: 0, sentBytes: 0, readBytes: 0, writtenBytes: 0, processes: 1 }),
    volumes: () => Promise.resolve(world.marks?.(second) ?? []),
  });
  const read = (): Promise<Figures> => {
    const [requests, failed] = world.traffic?.(second) ?? [second * 20, 0];
    return Promise.resolve(new Map([[keyOf("backend"), { requests, failed, times: undefined }]]));
  };
  const result = await watchVersion(
    { system: "motel", version: "2.0.0", seconds: 60, limits, source: { timesThem: false, read: world.source ?? read, before: () => Promise.resolve(new Map()) }, before: new Map(), ...plan },
    {
      stack: { name: "dev" }, engine, now: () => new Date(second * 1000), say: (line) => lines.push(line), pause: (seconds) => Promise.resolve(void (second += Math.max(seconds, 0.1))),
      ...(world.signal === undefined ? {} : { signal: world.signal }),
    },
  );
  return { result, lines, seconds: second };
}

describe("watching a new version", () => {
  it("ends well after its time, and says meanwhile what it sees", async () => {
    const { lines, result, seconds } = await watched({});
    assert.deepEqual([result.outcome, result.judged, seconds], ["well", true, 60]);
    assert.equal(result.summary, "1,200 requests, 0 % failed, times are not measured");
    assert.match(lines[0] ?? "", /watched for 5 s of 1 min: 100 requests, 0 % failed.*1 of 1 containers healthy, memory at 10 % of its limit/);
    assert.ok(lines.length >= 4 && lines.length <= 6, lines.join("\n"));
  });

  it("ends as soon as visitors get errors, twice in a row", async () => {
    const { result, seconds } = await watched({ traffic: (second) => [second * 20, second > 21 ? (second - 21) * 10 : 0] });
    assert.equal(result.outcome, "bad");
    assert.match(result.reasons.join(), /of \d+ requests to the backend failed \(limit 1 %/);
    assert.ok(seconds > 25 && seconds <= 40, `${seconds} s`);
  });

  it("sees what goes bad after a long time: only the last minutes count", async () => {
    const { result, seconds } = await watched({ traffic: (second) => [second * 20, Math.max(0, second - 3000)] }, { seconds: 3600 });
    assert.equal(result.outcome, "bad");
    assert.ok(seconds < 3200, `${seconds} s`);
  });

  it("says so when there were too few requests to judge by", async () => {
    const { result } = await watched({ traffic: (second) => [Math.floor(second / 10), 0] });
    assert.deepEqual([result.outcome, result.judged], ["well", false]);
    assert.match(result.notes.join(), /too few requests/);
  });

  it("ends when a container is started again, killed for its memory, gone, or fails its check for longer than a moment", async () => {
    const faults = async (change: (second: number) => readonly Container[]): Promise<string> => {
      const { result } = await watched({ containers: change });
      assert.equal(result.outcome, "bad", JSON.stringify(result));
      return result.reasons.join();
    };
    assert.match(await faults((second) => [app("b", { restarts: second > 20 ? 2 : 1 })]), /ended and was started again/);
    assert.match(await faults((second) => [app("b", { outOfMemory: second > 20 })]), /more memory than its limit of 1\.0 GiB/);
    assert.match(await faults((second) => (second > 20 ? [] : [app("b")])), /b is gone/);
    assert.match(await faults((second) => [app("b", second > 20 ? { state: "exited", exitCode: 1 } : {})]), /does not run \(exited, exit code 1\)/);
    assert.match(await faults((second) => [app("b", { health: second > 20 ? "unhealthy" : "healthy" })]), /fails its health check/);
    const came = await watched({ containers: () => [app("b", { restarts: 1 })] }, { restarts: new Map([["old", 0]]) });
    assert.match(came.result.reasons.join(), /ended and was started again/, "before it was watched");
    assert.equal((await watched({ containers: () => [app("b", { restarts: 1 })] }, { restarts: new Map([[app("b").id, 1]]) })).result.outcome, "well", "long before it");
    const once = await watched({ containers: (second) => [app("b", { health: second === 20 ? "unhealthy" : "healthy" })] });
    assert.equal(once.result.outcome, "well", "a busy moment");
  });

  it("finds a leak, and no leak in what starts up or comes and goes", async () => {
    const { result } = await watched({ memory: (second) => (100 + second * 8) * MiB });
    assert.equal(result.outcome, "bad");
    assert.match(result.reasons.join(), /takes 8\.0 MiB more memory each second and would be at its limit of 1\.0 GiB in/);
    assert.equal((await watched({ memory: (second) => (100 + 300 * (1 - Math.exp(-second / 8))) * MiB })).result.outcome, "well");
    assert.equal((await watched({ memory: (second) => (300 + 200 * Math.sin(second / 4)) * MiB })).result.outcome, "well");
  });

  it("blames no version for a database that is gone, nor for an emergency stop", async () => {
    const gone = await watched({ containers: (second) => [app("b", { health: second > 20 ? "unhealthy" : "healthy" }), database(second > 20 ? { state: "exited" } : {})] });
    assert.deepEqual([gone.result.outcome, gone.result.reasons], ["ground", ["motel-database-1 does not run (exited)"]]);
    const mark = { name: "m", labels: { "stackbook.system": "motel", "stackbook.written": "1", "stackbook.halt": JSON.stringify({ at: "2026-11-21T08:00:00Z", by: "ops", isolated: false, stage: "halted", cuts: [] }) } };
    const halted = await watched({ marks: (second) => (second > 20 ? [mark] : []), containers: (second) => (second > 20 ? [] : [app("b")]) });
    assert.equal(halted.result.outcome, "ground");
    assert.match(halted.result.reasons.join(), /halted meanwhile, since .* by ops/);
  });

  it("goes on when the figures can't be read for a while", async () => {
    let reads = 0;
    const source = (): Promise<Figures> => (++reads === 3 ? Promise.reject(new Problem("Prometheus is away")) : Promise.resolve(new Map([[keyOf("backend"), { requests: reads * 100, failed: 0, times: undefined }]])));
    assert.equal((await watched({ source })).result.outcome, "well");
  });

  it("is ended by Ctrl-C", async () => {
    const { result, seconds } = await watched({ signal: AbortSignal.abort() });
    assert.equal(result.outcome, "interrupted");
    assert.equal(seconds, 5);
  });

  it("watches one slot alone where two versions are side by side", async () => {
    const old = app("old", { restarts: 7, state: "exited", labels: { ...app("x").labels, "stackbook.slot": "a" } });
    const candidate = app("new", { labels: { ...app("x").labels, "stackbook.slot": "b" } });
    assert.equal((await watched({ containers: () => [old, candidate] }, { slot: "b" })).result.outcome, "well");
  });
});

describe("a leak", () => {
  const samples = (count: number, bytes: (second: number) => number): MemorySample[] => Array.from({ length: count }, (_, i) => ({ at: i * 5000, bytes: bytes(i * 5) * MiB }));

  it("grows in a straight line that reaches the limit within a day", () => {
    const leak = findLeak(samples(20, (second) => 100 + second * 4), 1024 * MiB);
    assert.ok(leak);
    assert.equal(Math.round(leak.bytesPerSecond / MiB), 4);
    assert.equal(Math.round(leak.secondsLeft), Math.round((1024 - 480) / 4));
  });

  it("is not told from too little, nor from a container without a limit", () => {
    assert.equal(findLeak(samples(3, (second) => 100 + second * 40), 1024 * MiB), undefined);
    assert.equal(findLeak(samples(20, (second) => 100 + second * 4), undefined), undefined);
    assert.equal(findLeak(samples(20, (second) => 100 + second * 0.2), 1024 * MiB), undefined, "2 % of the limit");
    assert.equal(findLeak(samples(20, (second) => 500 - second), 1024 * MiB), undefined, "it shrinks");
    assert.equal(findLeak(samples(200, () => 500), 1024 * MiB), undefined, "it stays");
  });

  it("is found when it is slow, in a longer watch", () => {
    assert.ok(findLeak(samples(180, (second) => 100 + second * 0.1), 1024 * MiB));
  });
});
