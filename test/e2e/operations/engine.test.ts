import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { connect, type LogLine } from "../../../operations/engine";
import { Problem } from "../../../operations/problem";
import { imageReference } from "../../engine/inImage";
import { engine as docker } from "../support/engine";

/** The engine room against a real engine: what fakes and recorded answers can't prove. */
describe("the engine room", function () {
  this.timeout(180_000);
  const mark = `e2e-engine-${randomBytes(3).toString("hex")}`;
  const engine = connect(undefined);
  const labels = { "stackbook.stack": mark };

  /** Writes a short line, one that the engine cuts in three, and one to the other stream; then a line a second. */
  const script = "console.log('first'); console.log('x'.repeat(40000)); console.error('warned'); let n = 0; setInterval(() => console.log(`tick ${n++}`), 200); process.on('SIGTERM', () => process.exit(5)); process.on('SIGHUP', () => process.exit(6))";

  before(async () => {
    const container = await docker.createContainer({
      Image: imageReference("node"), name: mark, Labels: { ...labels, "stackbook.service": "ticker" }, Entrypoint: ["node", "-e", script], Env: ["FLAVOUR=plain"],
      HostConfig: { Memory: 64 * 1024 * 1024, NanoCpus: 500_000_000 }, Healthcheck: { Test: ["CMD", "true"], Interval: 200_000_000, Timeout: 5_000_000_000 },
    });
    await container.start();
    await docker.createNetwork({ Name: `${mark}-network`, Labels: labels });
  });
  after(async () => {
    await docker.getContainer(mark).remove({ force: true });
    await docker.getNetwork(`${mark}-network`).remove();
  });

  const until = async <T>(look: () => Promise<T>, done: (found: T) => boolean): Promise<T> => {
    for (let left = 100; ; left -= 1) {
      const found = await look();
      if (done(found)) return found;
      assert.ok(left > 0, JSON.stringify(found));
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  };

  it("tells of a container what it is, what it may use and how it is", async () => {
    const found = await until(() => engine.containers({ ...labels, "stackbook.system": undefined }), ([first]) => first?.health === "healthy");
    assert.equal(found.length, 1);
    const [container] = found;
    assert.deepEqual([container?.name, container?.state, container?.restarts, container?.exitCode, container?.labels["stackbook.service"]], [mark, "running", 0, undefined, "ticker"]);
    assert.deepEqual(container?.limits, { memoryBytes: 64 * 1024 * 1024, cpus: 0.5 });
    assert.equal((await engine.image(imageReference("node")))?.id, container?.image.id);
    assert.equal(await engine.image(`${mark}:none`), undefined);
    assert.deepEqual(await engine.containers({ ...labels, "stackbook.service": "other" }), []);
    const { memoryBytes, memoryLimitBytes, processes } = await engine.stats(mark);
    assert.ok(memoryBytes > 1e6 && memoryBytes < memoryLimitBytes && processes >= 1, JSON.stringify({ memoryBytes, memoryLimitBytes, processes }));
    const [titles, ...rows] = await engine.processes(mark);
    assert.ok(titles?.includes("CMD") && rows.some((row) => row.join(" ").includes("setInterval")));
  });

  it("tells lines whole however long, each with its stream and its time", async () => {
    const lines: LogLine[] = [];
    await engine.logs(mark, {}, (line) => lines.push(line));
    assert.deepEqual(lines.filter(({ text }) => !text.startsWith("tick")).map(({ stream, text }) => `${stream} ${text.length}`).sort(), ["err 6", "out 40000", "out 5"]);
    assert.ok(lines.every(({ at }) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/.test(at)));
    const last: LogLine[] = [];
    await engine.logs(mark, { tail: 2 }, (line) => last.push(line));
    assert.equal(last.length, 2);
    const seen = new Date(`${last[1]?.at.slice(0, 23)}Z`);
    const since: LogLine[] = [];
    await engine.logs(mark, { since: seen }, (line) => since.push(line));
    assert.ok(since.every(({ at }) => at >= seen.toISOString().slice(0, 23)));
  });

  it("follows new lines until it is told to stop", async () => {
    const stop = new AbortController();
    const lines: LogLine[] = [];
    await engine.logs(mark, { tail: 0, follow: true, signal: stop.signal }, (line) => {
      lines.push(line);
      if (lines.length === 3) stop.abort();
    });
    assert.ok(lines.length >= 3 && lines.every(({ text }) => /^tick \d+$/.test(text)), JSON.stringify(lines));
  });

  it("runs commands as somebody, with an environment over its own, and ends those that take too long", async () => {
    const said = await engine.exec(mark, ["sh", "-c", "cat; id -u; echo $FLAVOUR >&2; exit 3"], "in", { user: "12345", env: { FLAVOUR: "own" } });
    assert.deepEqual(said, { code: 3, out: "in\n12345\n", err: "own\n" });
    await assert.rejects(engine.exec(mark, ["sleep", "30"], "", { timeoutSeconds: 1 }), (error) => error instanceof Problem && /did not answer in 1 s/.test(error.message));
  });

  it("connects and disconnects networks, by name, once or twice", async () => {
    const network = `${mark}-network`;
    await engine.connect(network, mark, ["alias"]);
    assert.ok((await engine.inspect(mark)).networks.find(({ name }) => name === network)?.aliases.includes("alias"));
    await engine.disconnect(network, mark);
    await engine.disconnect(network, mark);
    assert.ok(!(await engine.inspect(mark)).networks.some(({ name }) => name === network));
    await assert.rejects(engine.connect(`${network}-none`, mark), (error) => error instanceof Problem && /has no such network/.test(error.message));
  });

  it("hands over files of a container", async () => {
    const archive = await engine.archive(mark, "/etc/passwd");
    const chunks: Buffer[] = [];
    for await (const chunk of archive) chunks.push(chunk as Buffer);
    assert.ok(Buffer.concat(chunks).includes("root:"));
  });

  it("stops, starts and kills, and does not mind what is so already", async () => {
    await engine.start(mark);
    await engine.stop(mark, 10);
    await engine.stop(mark, 10);
    const stopped = await engine.inspect(mark);
    assert.deepEqual([stopped.state, stopped.exitCode, stopped.health], ["exited", 5, undefined]);
    await engine.kill(mark);
    assert.deepEqual(await engine.containers(labels, { all: false }), []);
    await assert.rejects(engine.exec(mark, ["true"], ""), (error) => error instanceof Problem && /does not run/.test(error.message));
    await engine.start(mark);
    // A first process that does not listen for a signal yet is not ended by it; its first tick says that it does.
    const { startedAt } = await engine.inspect(mark);
    await until(async () => {
      const lines: LogLine[] = [];
      await engine.logs(mark, startedAt === undefined ? {} : { since: startedAt }, (line) => lines.push(line));
      return lines;
    }, (lines) => lines.some(({ text }) => text.startsWith("tick")));
    await engine.kill(mark, "SIGHUP");
    assert.equal((await until(() => engine.inspect(mark), ({ state }) => state === "exited")).exitCode, 6);
    await engine.restart(mark, 1);
    await engine.kill(mark);
    assert.equal((await until(() => engine.inspect(mark), ({ state }) => state === "exited")).exitCode, 137);
  });
});
