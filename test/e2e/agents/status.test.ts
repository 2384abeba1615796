import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "../../../operations/engine";
import { runCommand } from "../../../operations/main";
import { nobody, noCli } from "../../unit/operations/support/fakes";
import { docker, imageOf, root, Stage, until } from "../reference-app/docker";

const image = "status-agent-e2e:test";
/** As the platform runs it: uid 1000, read-only root, no capabilities, bounded memory. */
const confined = ["--user", "1000:1000", "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--memory", "100m"];

/** Prometheus with one healthy system, and an Alertmanager that prints what it is given. */
const monitoring = `require("http").createServer((q, s) => {
  let body = ""; q.on("data", (c) => (body += c)).on("end", () => {
    if (q.url === "/api/v2/alerts") console.log(JSON.parse(body).map((a) => a.annotations.title).join("; "));
    s.end(JSON.stringify({ data: { result: [{ metric: { system: "motel" }, value: [0, "1"] }] } }));
  });
}).listen(9090)`;

const config = (version: string): string => JSON.stringify({
  stack: "e2e", environment: "dev", title: "Status", timeZone: "UTC", digestAt: "08:00", prometheusUrl: "http://monitoring:9090", alertmanagerUrl: "http://monitoring:9090",
  publicUrl: "https://status.localhost", systems: [{ id: "motel", title: "Motel Manager", version }],
});

describe("the status agent's image", function () {
  this.timeout(180_000);
  const stage = new Stage();
  const data = `${stage.name}-data`;
  const settings = `${stage.name}-config`;
  let folder: string;
  let agent: string;
  let others: string;
  let url: string;

  const configure = (version: string): Promise<string> =>
    docker("run", "--rm", "--user", "0:0", "-e", `CONFIG=${config(version)}`, "-v", `${settings}:/etc/stackbook`, image, "sh", "-c", 'printf %s "$CONFIG" > /etc/stackbook/status.json');
  const stackbook = async (...argv: string[]): Promise<{ readonly code: number; readonly text: string }> => {
    let text = "";
    const code = await runCommand(argv, {
      root: folder, env: process.env, now: () => new Date(), who: "e2e@test", ...nobody,
      openStack: (name) => Promise.resolve({ name: name ?? "e2e", dockerHost: process.env["DOCKER_HOST"], cli: noCli, outputs: { monitoring: { statusContainer: agent } } }),
      connect: ({ dockerHost }) => connect(dockerHost),
    }, { out: (more) => (text += more), err: (more) => (text += more) });
    return { code, text };
  };

  before(async () => {
    execFileSync(process.execPath, ["agents/build.mjs"], { cwd: root });
    await docker("build", "-q", "--build-arg", `NODE_IMAGE=${imageOf("node")}`, "-t", image, "agents/status");
    folder = mkdtempSync(join(tmpdir(), "stackbook-status-e2e-"));
    await stage.open();
    await configure("1.0.0");
    others = await stage.start("monitoring", { image, command: ["node", "-e", monitoring] });
    agent = await stage.start("status", {
      image, environment: { STATUS_INTERVAL_SECONDS: "2" }, flags: [...confined, "-v", `${data}:/data`, "-v", `${settings}:/etc/stackbook:ro`, "-p", "127.0.0.1::8080"],
    });
    url = await stage.address(agent, 8080);
  });

  after(async () => {
    await stage.close();
    await docker("volume", "rm", data, settings);
    await docker("rmi", image);
    rmSync(folder, { recursive: true, force: true });
  });

  const page = async (): Promise<string> => (await fetch(url, { signal: AbortSignal.timeout(3000) })).text();
  const told = (title: string): Promise<string> => until(title, 20, () => stage.logs(others), (log) => log.includes(title));

  it("runs confined, and is healthy by the check the platform makes", async () => {
    await until("the page", 20, page, (html) => html.includes("All systems are operational"));
    assert.equal(await docker("exec", agent, "curl", "-sf", "http://localhost:8080/healthz"), "ok");
  });

  it("tells a deploy on SIGHUP, and a rollback", async () => {
    await told("DEPLOY: Motel Manager 1.0.0 runs");
    await configure("1.1.0");
    await docker("kill", "--signal", "HUP", agent);
    await told("DEPLOY: Motel Manager 1.0.0 to 1.1.0");
    await configure("1.0.0");
    await docker("kill", "--signal", "HUP", agent);
    await told("ROLLBACK: Motel Manager 1.1.0 back to 1.0.0");
  });

  it("takes an incident from the command line to page, channels and file, over a restart, to its end", async () => {
    const opened = await stackbook("incident", "open", "--system", "motel", "--severity", "1", "--issue", "Räume fehlen", "--impact", "No bookings", "--json");
    assert.equal(opened.code, 0, opened.text);
    const { incident, file } = JSON.parse(opened.text) as { incident: { id: string }; file: string };
    await told("INCIDENT: Motel Manager: Räume fehlen");
    assert.match(await page(), /There is an outage[\s\S]*Motel Manager: Räume fehlen/);
    assert.match(readFileSync(join(folder, file), "utf8"), /opened; Investigating \(e2e@test\)/);
    await docker("restart", "-t", "5", agent);
    url = await stage.address(agent, 8080);
    await until("the page after a restart", 20, page, (html) => html.includes("Räume fehlen"));
    assert.equal((await stackbook("incident", "update", incident.id, "--message", "Found")).code, 0);
    const resolved = await stackbook("incident", "resolve", "--resolution", "Put back", "--next-steps", "Test it");
    assert.match(resolved.text, /^INCIDENT RESOLVED\nService: Motel Manager\nIssue: Räume fehlen\nResolution: Put back\nDuration: under a minute\nNext Steps: Test it\n/);
    assert.match(await page(), /All systems are operational[\s\S]*Past incidents[\s\S]*Räume fehlen/);
    assert.match((await stackbook("incident", "list")).text, /^No incident is open/);
  });

  it("stops at once when it is told to, with nothing lost", async () => {
    const start = Date.now();
    await docker("stop", "-t", "10", agent);
    assert.ok(Date.now() - start < 5000);
    assert.equal(await docker("inspect", "-f", "{{.State.ExitCode}}", agent), "0");
    assert.match((await stackbook("incident", "list")).text, /does not run\n {2}Start it: docker start/);
  });
});
