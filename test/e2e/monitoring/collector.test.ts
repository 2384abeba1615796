import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type Docker from "dockerode";
import { collectorFolders, renderCollector } from "../../../components/monitoring/collector";
import { maskLine } from "../../../config/masking";
import { imageReference } from "../../engine/inImage";
import { harmless, planted } from "../../unit/monitoring/planted";
import { engine } from "../support/engine";
import { gatewayAddress } from "../support/receivers/gateway";
import { LogReceiver } from "../support/receivers/logs";

/** From a written line to the store: the engine's buffers, a look every second, a batch of two, and tries while it is away. */
const patienceSeconds = 60;

/** On logs that the engine itself wrote; every kind of line is tested in test/engine/monitoring. */
describe("the log collector on an engine's own logs", function () {
  this.timeout(180_000);
  const stack = `e2e-logs-${randomUUID().slice(0, 8)}`;
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "stackbook-collector-"));
  const writers: Docker.Container[] = [];
  let collector: Docker.Container | undefined;
  let loki: LogReceiver;

  before(async () => {
    loki = await LogReceiver.open(await gatewayAddress());
    loki.refuse(true);
    fs.chmodSync(folder, 0o755);
    fs.writeFileSync(path.join(folder, "config.yaml"), renderCollector({ stack, environment: "dev", systems: [{ id: "motel", auditLog: false }], lokiUrl: loki.origin }));
    await write([...planted.map(({ line }) => line), ...harmless, "the first container's last line"]);
    await write(["a line of another stack"], `${stack}-other`);
    collector = await startCollector();
    // It starts while the store is away.
    await new Promise((resolve) => setTimeout(resolve, 5000));
    loki.refuse(false);
    await arrives("the first container's last line");
  });
  after(async () => {
    for (const container of [...writers, ...(collector ? [collector] : [])]) await container.remove({ force: true, v: true });
    await loki.close();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  const arrives = (line: string): Promise<unknown> => loki.batches.until(line, () => loki.text.includes(line), patienceSeconds);
  const times = (line: string): number => loki.text.split(line).length - 1;

  it("lets no planted secret out", () => assert.ok(!loki.text.includes("TOP"), loki.text.slice(Math.max(0, loki.text.indexOf("TOP") - 200)).slice(0, 300)));

  it("loses no line while the store is away, and sends none twice", () => {
    const wrong = [...planted.map(({ line }) => maskLine(line)), ...harmless].map((line) => `${times(line)} times: ${line}`).filter((text) => !text.startsWith("1 "));
    assert.deepEqual(wrong, []);
  });

  it("leaves the lines of other stacks alone", () => assert.ok(!loki.text.includes("a line of another stack")));

  it("goes on where it was when it is started again", async () => {
    await collector?.stop({ t: 10 });
    await write(["written while nobody collected"]);
    await collector?.start();
    await arrives("written while nobody collected");
    assert.equal(times("the first container's last line"), 1, "sent again");
  });

  /** A container that writes these lines and ends; its log is as the platform has it. */
  async function write(lines: readonly string[], ofStack = stack): Promise<void> {
    const container = await engine.createContainer({
      Image: imageReference("node"),
      Entrypoint: [],
      Cmd: ["node", "-e", "for (const line of JSON.parse(process.env.LINES)) console.log(line)"],
      Env: [`LINES=${JSON.stringify(lines)}`],
      Labels: { "stackbook.stack": ofStack, "stackbook.system": "motel", "stackbook.service": "backend", "stackbook.role": "app" },
      HostConfig: { LogConfig: { Type: "json-file", Config: { labels: "stackbook.stack,stackbook.system,stackbook.service,stackbook.role" } } },
    });
    writers.push(container);
    await container.start();
    await container.wait();
  }

  /** As the platform runs it: root without a capability, everything read-only but its memory of where it was. */
  async function startCollector(): Promise<Docker.Container> {
    const { DockerRootDir } = (await engine.info()) as { DockerRootDir: string };
    const container = await engine.createContainer({
      Image: imageReference("collector"),
      Cmd: ["--config=/etc/otelcol/config.yaml"],
      User: "0:0",
      HostConfig: {
        Binds: [`${folder}:/etc/otelcol:ro`, `${DockerRootDir}/containers:${collectorFolders.containers}:ro`],
        Mounts: [{ Type: "volume", Source: "", Target: collectorFolders.state }],
        ReadonlyRootfs: true,
        CapDrop: ["ALL"],
        SecurityOpt: ["no-new-privileges:true"],
      },
    });
    await container.start();
    return container;
  }
});
