// Slow: a stack with the store of logs, and an update of it while its logs are followed.
import assert from "node:assert/strict";
import type { ShownLine } from "../../../operations/reading/logLines";
import { containersOf } from "../support/engine";
import { Visitor } from "../support/http";
import { TestStack } from "../support/stack";
import { CommandLine } from "./support/commandLine";

const systems = (version: string): Record<string, unknown> => ({ "stackbook:systems": { motel: { version } } });
const stack = new TestStack("e2e-reading-logs", {
  "stackbook:environment": "dev",
  "stackbook:edge": { httpPort: 26481, httpsPort: 26844, rateLimit: { requestsPerMinute: 1_000_000 } },
  "stackbook:demo": { seed: true, traffic: false },
  "stackbook:monitoring": { enabled: true, scrapeSeconds: 5 },
  ...systems("1.0.0"),
});
const cli = new CommandLine(stack);

describe("logs over an update, with the store of logs", function () {
  this.timeout(1_200_000);
  let visitor: Visitor;

  before(async function () {
    await stack.init();
    await stack.mustUp();
    const outputs = (await stack.outputs()) as Awaited<ReturnType<TestStack["outputs"]>> & { readonly monitoring: { readonly missing: readonly { readonly part: string }[] } };
    visitor = new Visitor(outputs.systems["motel"]?.url ?? "", outputs.caCertificate);
    // Loki is built on wish only where images come from packages.
    if (outputs.monitoring.missing.some(({ part }) => part === "logs")) this.skip();
  });
  after(async () => {
    visitor.close();
    cli.close();
    await stack.destroy();
  });

  const lines = async (...argv: string[]): Promise<readonly ShownLine[]> => (await cli.must("logs", ...argv, "--json")).split("\n").filter((line) => line !== "").map((line) => JSON.parse(line) as ShownLine);

  it("follow the old containers and the new ones, and have the gone ones' lines afterwards", async () => {
    const id = String((await visitor.ask("/api/asked-before")).headers["x-request-id"]);
    const [before] = await containersOf(stack.name, { system: "motel", service: "backend" });
    assert.deepEqual((await lines("--request", id)).map(({ from, service }) => `${service} ${from}`).sort(), ["backend engine", "edge engine"]);
    const update = async (): Promise<void> => {
      await stack.configure(systems("1.1.0"));
      await stack.mustUp();
      await visitor.ask("/api/asked-after");
    };
    const printed = await cli.until(["logs", "motel", "backend", "-f", "--tail", "1", "--json"], /asked-after/, update, 600);
    const containers = new Set(printed.split("\n").filter((line) => line.endsWith("}")).map((line) => (JSON.parse(line) as ShownLine).container));
    assert.equal(containers.size, 2, [...containers].join(", "));
    for (let left = 30; ; left -= 1) {
      const found = await lines("--request", id, "--since", "1h");
      const gone = found.find(({ from }) => from === "gone");
      if (gone !== undefined) {
        assert.deepEqual([gone.system, gone.service, gone.container], ["motel", "backend", before?.Id.slice(0, 12)]);
        assert.ok(gone.text.includes(id));
        assert.deepEqual(found.map(({ from, service }) => `${service} ${from}`).sort(), ["backend gone", "edge engine"]);
        break;
      }
      assert.ok(left > 0, "the store of logs never had it");
      await new Promise((resolve) => setTimeout(resolve, 2000));
    }
    assert.ok((await lines("--request", id, "--no-store")).every(({ from }) => from === "engine"));
  });
});
