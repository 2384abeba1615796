import assert from "node:assert/strict";
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { baseConfig, FakeMonitoring, removeFolders, temporaryFolder } from "./support";

const root = resolve(__dirname, "../../../..");
const program = join(root, "agents/status/dist/status.js");

/** The bundle as its image runs it, beside servers that stand in for Prometheus and Alertmanager. */
describe("the status agent as a process", function () {
  this.timeout(30_000);
  const monitoring = new FakeMonitoring();
  let agent: ChildProcess;
  let folder: string;
  let url: string;
  let logged = "";

  const configure = (version: string, monitoringUrl: string): void =>
    writeFileSync(join(folder, "status.json"), JSON.stringify({
      ...baseConfig, alertmanagerUrl: monitoringUrl, prometheusUrl: monitoringUrl, systems: [{ ...baseConfig.systems[0], version }],
    }));
  const until = async (what: string, done: () => boolean | Promise<boolean>): Promise<void> => {
    for (const end = Date.now() + 15_000; Date.now() < end; await pause(50)) if (await done()) return;
    assert.fail(`${what} did not happen; the agent's log:\n${logged}`);
  };
  const command = (name: string, input: object): Promise<{ readonly code: number | null; readonly answer: Record<string, unknown> }> =>
    new Promise((done) => {
      const child = spawn(process.execPath, [program, ...name.split(" ")], { env: { STATUS_DATA: join(folder, "data") } });
      let out = "";
      child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
      child.once("close", (code) => done({ code, answer: JSON.parse(out) as Record<string, unknown> }));
      // The end stays open, as it can on a remote engine.
      child.stdin.write(`${JSON.stringify(input)}\n`);
    });

  before(async () => {
    const built = spawnSync(process.execPath, ["agents/build.mjs"], { cwd: root, encoding: "utf8" });
    assert.equal(built.status, 0, built.stderr);
    folder = temporaryFolder();
    mkdirSync(join(folder, "data"));
    const monitoringUrl = await monitoring.start();
    monitoring.up = { memo: 1 };
    configure("1.0.0", monitoringUrl);
    agent = spawn(process.execPath, ["--max-semi-space-size=1", "--max-old-space-size=64", program], {
      env: { STATUS_CONFIG: join(folder, "status.json"), STATUS_DATA: join(folder, "data"), PORT: "0", STATUS_INTERVAL_SECONDS: "60" },
    });
    agent.stdout?.on("data", (chunk: Buffer) => (logged += chunk.toString()));
    agent.stderr?.on("data", (chunk: Buffer) => (logged += chunk.toString()));
    await until("serving", () => /"message":"serving","service":"status","port":\d+/.test(logged));
    url = `http://127.0.0.1:${/"port":(\d+)/.exec(logged)?.[1] ?? ""}`;
  });

  after(async () => {
    agent.kill("SIGKILL");
    await monitoring.stop();
    removeFolders();
  });

  it("serves page, JSON, feed, health and metrics, with headers that let nothing else in", async () => {
    await until("the first check", async () => ((await (await fetch(`${url}/api/status.json`)).json()) as { state: string }).state === "operational");
    const page = await fetch(url);
    assert.equal(page.status, 200);
    assert.match(page.headers.get("content-security-policy") ?? "", /^default-src 'none'/);
    assert.match(await page.text(), /All systems are operational|The state of some systems/);
    assert.match((await fetch(`${url}/feed.xml`)).headers.get("content-type") ?? "", /^application\/atom\+xml/);
    assert.equal((await fetch(`${url}/healthz`)).status, 200);
    assert.match(await (await fetch(`${url}/metrics`)).text(), /stackbook_release_info\{system="memo",version="1\.0\.0"\} 1/);
    assert.equal((await fetch(`${url}/metrics`, { headers: { "x-forwarded-for": "192.0.2.1" } })).status, 404);
    assert.equal((await fetch(`${url}/nothing`)).status, 404);
    assert.equal((await fetch(url, { method: "POST" })).status, 405);
    assert.equal(await (await fetch(url, { method: "HEAD" })).text(), "");
  });

  it("tells a deploy as soon as it is told to read its configuration", async () => {
    await until("the first notice", () => monitoring.notices.size === 1);
    const address = [...monitoring.notices.values()][0];
    assert.ok(address);
    configure("1.1.0", (JSON.parse(await (await import("node:fs/promises")).readFile(join(folder, "status.json"), "utf8")) as { prometheusUrl: string }).prometheusUrl);
    agent.kill("SIGHUP");
    await until("the deploy's notice", () => monitoring.titles("deploy").includes("DEPLOY: MemoApp 1.0.0 to 1.1.0"));
  });

  it("takes commands by its socket, and shows an incident on the page at once", async () => {
    const opened = await command("incident open", { system: "memo", severity: 1, issue: "Down <now>", impact: "All", by: "a@b" });
    assert.equal(opened.code, 0);
    assert.match(await (await fetch(url)).text(), /MemoApp: Down &lt;now&gt;/);
    const refused = await command("incident open", { system: "none" });
    assert.equal(refused.code, 1);
    assert.equal((refused.answer["error"] as { problems: string[] }).problems.length, 3);
    assert.equal((await command("incident close", {})).code, 1);
    assert.equal((await command("incident resolve", { resolution: "Up again" })).code, 0);
    assert.deepEqual(monitoring.titles("incident"), ["INCIDENT: MemoApp: Down <now>", "RESOLVED: MemoApp: Down <now>"]);
  });

  it("needs less than 100 MB, and goes when it is told to", async () => {
    const metrics = await (await fetch(`${url}/metrics`)).text();
    const bytes = Number(/^process_resident_memory_bytes (\S+)/m.exec(metrics)?.[1]);
    assert.ok(bytes < 100 * 1024 * 1024, `${bytes} bytes`);
    const gone = new Promise<number | null>((done) => agent.once("exit", done));
    agent.kill("SIGTERM");
    assert.equal(await gone, 0);
    assert.match(logged, /"message":"stopped"/);
    assert.match((await command("incident list", {})).answer["error"] ? "refused" : "", /refused/);
  });

  it("says everything that is wrong with its configuration, and does not start", () => {
    writeFileSync(join(folder, "status.json"), '{"timeZone":"Nowhere"}');
    const { status, stdout } = spawnSync(process.execPath, [program], { env: { STATUS_CONFIG: join(folder, "status.json"), STATUS_DATA: join(folder, "data"), PORT: "0" }, encoding: "utf8" });
    assert.equal(status, 1);
    assert.match(stdout, /timeZone is \\"Nowhere\\": give an IANA time zone.*systems is missing/s);
  });
});
