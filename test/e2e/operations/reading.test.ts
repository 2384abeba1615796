import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { connect } from "../../../operations/engine";
import type { Check } from "../../../operations/reading/health";
import type { ShownLine } from "../../../operations/reading/logLines";
import type { Metrics } from "../../../operations/reading/metrics";
import type { Snapshot } from "../../../operations/reading/types";
import { containersOf, engine } from "../support/engine";
import { Visitor } from "../support/http";
import { TestStack } from "../support/stack";
import { CommandLine } from "./support/commandLine";

const stack = new TestStack("e2e-reading", {
  "stackbook:environment": "dev",
  "stackbook:edge": { httpPort: 26480, httpsPort: 26843, rateLimit: { requestsPerMinute: 1_000_000 } },
  "stackbook:demo": { seed: true, traffic: false },
  // No public page of Prometheus: its tunnel is what leads there. Logs: reading.full.ts.
  "stackbook:monitoring": { enabled: true, scrapeSeconds: 5, operatorPages: false, logs: { enabled: false } },
  "stackbook:systems": { motel: { version: "1.0.0" } },
});
const cli = new CommandLine(stack);

describe("the commands that look, on a running stack", function () {
  this.timeout(600_000);
  let visitor: Visitor;

  before(async () => {
    await stack.init();
    await stack.mustUp();
    const { caCertificate, systems } = await stack.outputs();
    visitor = new Visitor(systems["motel"]?.url ?? "", caCertificate);
    for (let request = 0; request < 20; request += 1) await visitor.ask("/api/version");
  });
  after(async () => {
    visitor.close();
    cli.close();
    await stack.destroy();
  });

  const container = async (service: string, system = "motel"): Promise<string> => {
    const [found] = await containersOf(stack.name, { system, service });
    return found?.Names[0]?.slice(1) ?? assert.fail(`no container of ${system} ${service}`);
  };
  const status = async (): Promise<Snapshot> => cli.json<Snapshot>("status");
  const motelIn = ({ systems }: Snapshot): Snapshot["systems"][number] => systems.find(({ id }) => id === "motel") ?? assert.fail("motel is not in it");
  /** Prometheus reads every five seconds, and a rate needs two readings. */
  const eventually = async <T>(look: () => Promise<T>, done: (found: T) => boolean, what: string): Promise<T> => {
    for (let left = 45; ; left -= 1) {
      const found = await look();
      if (done(found)) return found;
      if (left === 0) assert.fail(`${what}: ${JSON.stringify(found)}`);
      await visitor.ask("/api/version").catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  };

  it("status shows what runs, that it is what was made, and the edge's own figures", async () => {
    const snapshot = await eventually(status, (found) => (motelIn(found).traffic?.p95Seconds ?? 0) > 0, "no figures");
    const motel = motelIn(snapshot);
    assert.deepEqual([motel.version, motel.health, motel.notes], ["1.0.0", "healthy", []]);
    assert.ok((motel.traffic?.requestsPerSecond ?? 0) > 0);
    assert.equal(motel.traffic?.errorShare, 0);
    assert.deepEqual([snapshot.drift, snapshot.missing], [[], []]);
    assert.deepEqual(snapshot.updates?.map(({ release, result, versions }) => [release, result, versions]), [[1, "succeeded", ["motel 1.0.0"]]]);
    const text = await cli.must("status");
    assert.match(text, /motel +1\.0\.0 +healthy/);
    assert.match(text, /Drift: none/);
  });

  it("health asks through the edge and ends with 0; history has the release's number", async () => {
    const { checks } = await cli.json<{ checks: Check[] }>("health", "--wait", "2m");
    assert.ok(checks.some(({ check, what }) => check === "health" && /^200 on https:\/\/motel\.localhost:26843\/health in /.test(what)), JSON.stringify(checks));
    assert.match(await cli.must("history"), /\n1 {2}\d{4}-\d\d-\d\d \d\d:\d\d +succeeded /);
  });

  it("logs find one request at the edge and in the application", async () => {
    const { headers } = await visitor.ask("/api/version?of=one");
    const id = String(headers["x-request-id"]);
    const out = await cli.must("logs", "motel", "--request", id, "--json");
    const lines = out.trim().split("\n").map((line) => JSON.parse(line) as ShownLine);
    assert.deepEqual(lines.map(({ service }) => service).sort(), ["backend", "edge"]);
    assert.ok(lines.every(({ text }) => text.includes(id)));
    assert.match(await cli.must("logs", "motel", "edge", "--tail", "3"), /"system":"motel"/);
  });

  it("logs follow a container that ends and starts again", async () => {
    const later = async (): Promise<void> => {
      await visitor.ask("/api/asked-before");
      await engine.getContainer(await container("backend")).restart({ t: 1 });
      for (let left = 60; left > 0; left -= 1) {
        if ((await visitor.ask("/api/asked-after")).status !== 503) return;
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    };
    // Whatever there is of the last line, so that it begins at once.
    const printed = await cli.until(["logs", "motel", "backend", "-f", "--tail", "1"], /asked-before[\s\S]*asked-after/, later, 90);
    assert.match(printed, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} motel-backend-a-0 \| /);
    await cli.must("health", "motel", "--wait", "60s");
  });

  it("metrics are Prometheus's, any expression too", async () => {
    const backend = await container("backend");
    // The least that each is when it is right.
    const least = [["motel", "rate", "backend", 1e-6], ["motel", "p95", "backend", 1e-6], ["motel", "memory", backend, 1e6], ["motel", "connections", undefined, 1], ["motel", "uptime", undefined, 1e-3], ["stack", "processors", undefined, 1]] as const;
    const metrics = await eventually(
      () => cli.json<Metrics>("metrics"),
      ({ systems }) => least.every(([system, name, subject, value]) => systems[system]?.some((figure) => figure.name === name && figure.subject === subject && figure.value >= value)),
      "a figure is missing",
    );
    assert.equal(metrics.source, "prometheus");
    assert.match(await cli.must("metrics", "--query", 'up{job="app", system="motel"}'), /^up\{instance="motel-backend-a-0-\w+", job="app".*\} {2}1\n$/);
  });

  it("exec gives a command's streams and its exit code, and is recorded by the stack", async () => {
    const said = await cli.run(["exec", "motel", "backend", "--why", "a test", "--", "sh", "-c", "cat; echo warned >&2; exit 7"], { input: "through\n" });
    assert.deepEqual([said.code, said.out, said.err], [7, "through\n", "warned\n"]);
    const { entries } = await cli.json<{ entries: { readonly command: string; readonly result: string; readonly why?: string }[] }>("audit");
    assert.deepEqual(entries.filter(({ command }) => command === "exec").map(({ result, why }) => [result, why]).slice(0, 2), [["failed", "a test"], ["begun", "a test"]]);
  });

  it("a shell has a terminal of the right size", async () => {
    const input = new PassThrough();
    const output = new PassThrough();
    let text = "";
    output.on("data", (chunk: Buffer) => {
      text += chunk.toString("utf8");
      // Its size comes a moment after the shell: it is asked until it is there.
      if (/^0 0\r$/m.test(text)) text = text.replace(/^0 0\r$/m, (input.write("stty size\n"), ""));
      if (/^31 97\r$/m.test(text)) input.write("exit 4\n");
    });
    setTimeout(() => input.write("stty size\n"), 500);
    const code = await connect(undefined).interact(await container("backend"), ["sh"], { input, output, errors: output, screen: { size: () => ({ columns: 97, rows: 31 }), onResize: () => () => undefined } });
    assert.equal(code, 4, text);
  });

  it("open shows addresses, and leads to what has no public page", async () => {
    assert.match(await cli.must("open", "app", "motel", "--no-browser"), /^https:\/\/motel\.localhost:26843\n/);
    const answers: string[] = [];
    const ask = async (printed: string): Promise<void> => {
      const [url = ""] = printed.split("\n");
      for (const path of ["/-/ready", "/api/v1/query?query=1%2B1"]) answers.push(await (await fetch(`${url}${path}`)).text());
      answers.push("done");
    };
    let url = "";
    await cli.until(["open", "prometheus", "--port", "0", "--no-browser"], /until Ctrl-C/, (printed) => ((url = printed), Promise.resolve()), 30).catch((error: unknown) => assert.fail(String(error)));
    assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\n/);
    const child = cli.start(["open", "alerts", "--port", "0", "--no-browser"]);
    try {
      const printed = await new Promise<string>((resolve) => child.stdout?.once("data", (chunk: Buffer) => resolve(chunk.toString("utf8"))));
      await ask(printed).catch((error: unknown) => assert.fail(String(error)));
    } finally {
      child.kill("SIGINT");
    }
    assert.equal(answers[0], "OK");
    assert.match((await cli.run(["open", "grafana"])).err, /has no grafana/);
  });

  it("a stopped backend is down in status and health, until it is back", async () => {
    const name = await container("backend");
    await engine.getContainer(name).stop({ t: 1 });
    const snapshot = await status();
    assert.equal(motelIn(snapshot).health, "down");
    assert.match(motelIn(snapshot).notes[0] ?? "", new RegExp(`^${name} ended with exit code \\d+`));
    const { code, out } = await cli.run(["health", "motel"]);
    assert.equal(code, 1);
    assert.match(out, /BAD {2}motel {2}health/);
    assert.match(out, /BAD {2}motel {2}backend .*ended with exit code/);
    assert.match((await cli.run(["exec", "motel", "backend", "--", "true"])).err, new RegExp(`${name} does not run \\(exited\\)`));
    const waiting = cli.run(["health", "motel", "--wait", "60s"]);
    await engine.getContainer(name).start();
    const waited = await waiting;
    assert.equal(waited.code, 0, waited.out);
  });

  it("drift is what was done behind the stack's back, and an update's refresh ends it", async () => {
    const cache = await container("cache");
    const [image] = await containersOf(stack.name, { system: "motel", service: "backend" });
    const foreign = await engine.createContainer({ Image: image?.Image ?? "", name: `${stack.name}-foreign`, Labels: { "stackbook.stack": stack.name, "stackbook.system": "motel", "stackbook.service": "debug" } });
    await engine.getContainer(cache).remove({ force: true });
    try {
      const snapshot = await status();
      assert.deepEqual(snapshot.drift?.map(({ kind, what }) => [kind, what.split(" ")[0]]), [["missing", cache], ["foreign", `${stack.name}-foreign`]]);
      assert.equal(motelIn(snapshot).health, "degraded");
    } finally {
      await foreign.remove({ force: true });
    }
    await stack.configure({ "stackbook:domain": "localhost" });
    assert.match((await status()).drift?.find(({ kind }) => kind === "settings")?.what ?? "", /domain \(none\) -> localhost/);
    await stack.mustUp("--refresh");
    assert.deepEqual((await status()).drift, []);
    // The engine's own first look at the new cache is seconds after the update's.
    assert.equal((await cli.run(["health", "motel", "--wait", "60s"])).code, 0);
  });

  it("what is down is said to be missing, and the rest is shown", async () => {
    await engine.getContainer(await container("prometheus", "stack")).stop({ t: 5 });
    const blind = await status();
    assert.match(blind.missing.join("\n"), /prometheus-\w+ does not run \(exited\)/);
    assert.equal(motelIn(blind).health, "healthy");
    const { source, systems } = await cli.json<Metrics>("metrics", "motel");
    assert.equal(source, "engine");
    assert.ok((systems["motel"]?.find(({ name }) => name === "memory")?.value ?? 0) > 1e6);
    const away = await cli.run(["status"], { env: { DOCKER_HOST: "unix:///nonexistent.sock" } });
    assert.equal(away.code, 0, away.err);
    assert.match(away.out, /motel +1\.0\.0 +unknown[\s\S]*Not known: the engine at unix:\/\/\/nonexistent\.sock can't be reached \(ENOENT\)/);
    assert.equal((await cli.run(["health"], { env: { DOCKER_HOST: "unix:///nonexistent.sock" } })).code, 1);
  });

  it("without monitoring the engine and the agents say what they know", async () => {
    await stack.configure({ "stackbook:monitoring": { enabled: false } });
    await stack.mustUp();
    assert.equal((await cli.run(["health", "motel", "--wait", "60s"])).code, 0);
    const snapshot = await status();
    assert.match(snapshot.missing.join("\n"), /monitoring is switched off: nobody counts requests, and there are no alerts/);
    assert.deepEqual([motelIn(snapshot).health, motelIn(snapshot).traffic, snapshot.alerts], ["healthy", undefined, undefined]);
    assert.equal((await cli.json<Metrics>("metrics", "motel")).source, "engine");
    assert.match((await cli.run(["metrics", "--query", "up"])).err, /has no Prometheus: monitoring is switched off/);
    assert.match((await cli.run(["open", "prometheus"])).err, /monitoring is switched off/);
    await cli.must("health");
    assert.match(await cli.must("logs", "motel", "backend", "--tail", "2"), /motel-backend-a-0 \| /);
  });
});
