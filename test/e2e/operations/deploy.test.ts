import assert from "node:assert/strict";
import { containersOf } from "../support/engine";
import { startLoad, Visitor } from "../support/http";
import type { Outputs } from "../support/stack";
import { Clone } from "./support/clone";

const httpsPort = 29743;
const origin = `https://motel.localhost:${httpsPort}`;
const clone = new Clone("e2e-deploy", {
  "stackbook:environment": "dev",
  "stackbook:edge": { httpPort: 29780, httpsPort, rateLimit: { requestsPerMinute: 1_000_000 }, drainSeconds: 10 },
  "stackbook:demo": { seed: true, traffic: false },
  "stackbook:monitoring": { enabled: false },
  "stackbook:backups": { enabled: false },
  "stackbook:systems": { motel: { version: "1.0.0" } },
});

interface DeployAnswer {
  readonly result: string;
  readonly reasons: readonly string[];
  readonly smoke: readonly { readonly outcome: string }[];
  readonly watch: { readonly outcome: string; readonly summary: string } | null;
}

describe("stackbook deploy, under load from the first to the last second", function () {
  this.timeout(900_000);
  let outputs: Outputs;
  let load: ReturnType<typeof startLoad>;

  before(async () => {
    await clone.start();
    await clone.up();
    outputs = await clone.outputs();
    load = startLoad(origin, outputs.caCertificate, "/api/version", 4);
  });
  after(() => clone.destroy());

  const versionServed = async (): Promise<string> => {
    const visitor = new Visitor(origin, outputs.caCertificate);
    return (await visitor.json<{ version: string }>("/api/version")).version;
  };
  const running = async (): Promise<readonly string[]> => [...new Set((await containersOf(clone.stack, { role: "app" })).map(({ Labels }) => `${Labels["stackbook.slot"]} ${Labels["stackbook.version"]}`))].sort();
  const motel = (): unknown => (clone.settings()["stackbook:systems"] as { motel: unknown }).motel;

  it("brings a version out, tries and watches it, and records it", async () => {
    const { out } = await clone.done("deploy", "motel", "1.1.0", "--watch", "5s", "--yes", "--json", "--why", "end to end");
    const { result, smoke, watch } = JSON.parse(out) as DeployAnswer;
    assert.equal(result, "done");
    assert.deepEqual([...new Set(smoke.map(({ outcome }) => outcome))], ["passed"]);
    assert.equal(watch?.outcome, "well");
    assert.deepEqual([await versionServed(), await running(), motel()], ["1.1.0", ["a 1.1.0"], { version: "1.1.0" }]);
    assert.equal((await clone.outputs()).release.systems["motel"]?.version, "1.1.0");
  });

  it("brings a version out beside the old one, step by step, promotes it without a restart, and lets the old one go", async () => {
    const { output } = await clone.done("deploy", "motel", "1.2.0", "--gradual", "20,100", "--step", "3s", "--hold", "3s", "--yes");
    assert.match(output, /20 % of the visitors[\s\S]*100 % of the visitors[\s\S]*1\.1\.0 stays warm/);
    assert.deepEqual([await versionServed(), await running(), motel()], ["1.2.0", ["b 1.2.0"], { version: "1.2.0", slot: "b" }]);
  });

  it("takes back by itself a version that never gets healthy: the old one serves on, and nothing of the other is left", async () => {
    const { code, output } = await clone.stackbook("deploy", "motel", "1.3.0-broken", "--watch", "5s", "--yes");
    assert.equal(code, 3, output);
    assert.match(output, /motel 1\.3\.0-broken was ROLLED BACK to 1\.2\.0 by itself:\s+the update failed: .*is unhealthy/);
    assert.deepEqual([await versionServed(), await running(), motel()], ["1.2.0", ["b 1.2.0"], { version: "1.2.0", slot: "b" }]);
  });

  it("has dropped no request in all of that", async () => {
    const { answers, failures, versions } = await load.stop();
    assert.deepEqual(failures, {});
    assert.ok(answers > 300, `${answers} answers are too few to tell`);
    assert.deepEqual([...versions].sort(), ["1.0.0", "1.1.0", "1.2.0"]);
  });
});
