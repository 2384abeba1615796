import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Context } from "../../../../operations/commands/types";
import { readDeploy, type DeployOptions } from "../../../../operations/deploy/options";
import { makePlan, type Planning } from "../../../../operations/deploy/plan";
import { precheck, type Looking, type Prechecked } from "../../../../operations/deploy/prechecks";
import type { Container, Engine } from "../../../../operations/engine";
import { PolicyProblem, type Preview } from "../../../../operations/preview";
import { Problem } from "../../../../operations/problem";
import type { SmokeSetting } from "../../../../operations/smoke";
import type { Stack } from "../../../../operations/stack";
import { StackFile } from "../../../../operations/stackFile";
import type { Visit } from "../../../../operations/visitor";
import { FakeEngine } from "../support/engine";
import { FakeCli, stackWith } from "../support/fakes";
import { container, prometheusContainer, prometheusExec, type PrometheusAnswers } from "../support/prometheus";

const folder = mkdtempSync(join(tmpdir(), "stackbook-refusals-"));
after(() => rmSync(folder, { recursive: true }));

const request = (options: DeployOptions = {}, version = "2.0.0"): ReturnType<typeof readDeploy> => readDeploy(options, "motel", version, ["motel"]);
const part = (name: string, system: string, service: string, change: Partial<Container> = {}): Container =>
  container(name, { labels: { "stackbook.stack": "dev", "stackbook.system": system, "stackbook.service": service, "stackbook.role": "app", "stackbook.slot": "a" }, ...change });
const well = { backend: part("motel-backend-a-0", "motel", "backend"), edge: part("edge-1", "stack", "edge") };
const file = (): StackFile => {
  writeFileSync(join(folder, "Pulumi.dev.yaml"), "config:\n  stackbook:sequence: 4\n  stackbook:systems:\n    motel: { version: 1.0.0 }\n");
  return new StackFile(join(folder, "Pulumi.dev.yaml"));
};

/** A stack that is well, but for what a test says. */
interface State {
  readonly containers?: readonly Container[];
  /** What the engine says after three pauses. */
  readonly later?: readonly Container[];
  readonly freeKiB?: number;
  readonly answers?: Visit;
  readonly prometheus?: PrometheusAnswers;
}

const page: Visit = (_site, { path }) => Promise.resolve({ status: 200, headers: {}, body: path === "/health" ? '{"status":"healthy"}' : "<html>", milliseconds: 3 });
const alert = (severity: string, system = "motel", name = "ErrorRate"): object => ({ labels: { alertname: name, severity, system }, annotations: { summary: `${system} fails` }, state: "firing", activeAt: "2026-11-21T09:00:00Z", value: "1" });

describe("what holds a deploy up, with nothing touched", () => {
  let pauses = 0;
  const check = async ({ answers = page, containers = [well.backend, well.edge], freeKiB = 9e6, later = containers, prometheus }: State, options: DeployOptions = {}): Promise<Prechecked> => {
    const asked: Engine["exec"] = (name, command, line, more) => {
      if (command[0] !== "df") return prometheusExec(prometheus ?? {})(name, command, line, more);
      return Promise.resolve({ code: 0, out: `Filesystem 1024-blocks Used Available Capacity Mounted on\noverlay 100 60 ${freeKiB} 40% /\n`, err: "" });
    };
    pauses = 0;
    const watching = prometheus === undefined ? [] : [prometheusContainer];
    const all = (): readonly Container[] => [...(pauses < 3 ? containers : later), ...watching];
    const engine = new FakeEngine({
      exec: asked, volumes: () => Promise.resolve([]),
      containers: (labels) => Promise.resolve(all().filter((each) => Object.entries(labels).every(([label, value]) => value === undefined || each.labels[label] === value))),
    });
    const flow = { name: "the list", path: "/api/suites", expect: {} };
    const site = { origin: "https://motel.localhost", address: "127.0.0.1", ca: undefined, verified: true };
    const stack = {
      ...stackWith(new FakeCli()), state: { pending: [], containers: all().map(({ id, labels, name }) => ({ id, name, image: "", labels, leaving: false })) },
      outputs: {
        environment: "staging", systems: { motel: { title: "Motel", version: "1.0.0", enabled: true, url: site.origin, paths: ["/", "/api", "/health"] } },
        facts: { edge: { bindAddress: "127.0.0.1", tls: "self-signed" }, systems: [{ id: "motel", url: site.origin, smoke: [flow] }] },
        ...(prometheus === undefined ? {} : { monitoring: {} }),
      },
    } as unknown as Stack;
    // The parts of a context that checks use.
    const looking: Looking = { stack, engine, file: file(), say: () => undefined, context: { now: () => new Date("2026-11-21T10:00:00Z") } as unknown as Context };
    const smoke: SmokeSetting = { site, visit: answers, pause: () => Promise.resolve(void (pauses += 1)) };
    return precheck(request(options), looking, smoke);
  };
  const problemsOf = async (state: State, options?: DeployOptions): Promise<readonly string[]> => (await check(state, options)).problems;

  it("is nothing where all is well", async () => {
    const { failing, notes, problems } = await check({});
    assert.deepEqual([problems, failing], [[], []]);
    assert.match(notes.join(), /nothing watches this stack[\s\S]*is not backed up/);
  });

  it("is a container or the edge that is not well", async () => {
    assert.match((await problemsOf({ containers: [part("motel-backend-a-0", "motel", "backend", { state: "exited", exitCode: 1 }), well.edge] })).join(), /motel's backend is not well: .*[\s\S]*--despite "<why>"/);
    assert.match((await problemsOf({ containers: [well.backend, part("edge-1", "stack", "edge", { health: "unhealthy" })] })).join(), /the edge is not well/);
  });

  it("is waited for where it has only just started, for half a minute and no longer", async () => {
    const starting = part("motel-backend-a-0", "motel", "backend", { health: "starting" });
    assert.deepEqual(await problemsOf({ containers: [starting, well.edge], later: [well.backend, well.edge] }), []);
    assert.match((await problemsOf({ containers: [starting, well.edge] })).join(), /motel's backend is not well: motel-backend-a-0 is starting/);
    assert.equal(pauses, 30);
    // Beside what is broken there is nothing to wait for.
    assert.match((await problemsOf({ containers: [starting, part("edge-1", "stack", "edge", { health: "unhealthy" })] })).join(), /is starting[\s\S]*the edge is not well/);
    assert.equal(pauses, 0);
  });

  it("is an address or a critical flow that answers badly now", async () => {
    const down: Visit = (site, asked) => (asked.path === "/api/suites" ? Promise.resolve({ status: 500, headers: {}, body: "no", milliseconds: 3 }) : page(site, asked));
    const { failing, problems } = await check({ answers: down });
    assert.match(problems.join(), /the smoke check "the list" fails with the version that runs: GET \/api\/suites answered 500/);
    assert.deepEqual(failing, ["the list"]);
    assert.match((await problemsOf({ answers: () => Promise.reject(new Error("refused")) })).join(), /motel's health is not well: .*does not answer: refused/);
  });

  it("is a critical alert of the system or of what all stand on; a ticket is told", async () => {
    assert.match((await problemsOf({ prometheus: { alerts: [alert("page")] } })).join(), /a critical alert is firing, ErrorRate: motel fails/);
    assert.match((await problemsOf({ prometheus: { alerts: [alert("page", "stack", "DiskFull")] } })).join(), /DiskFull/);
    assert.deepEqual(await problemsOf({ prometheus: { alerts: [alert("page", "sms")] } }), [], "somebody else's");
    const { notes, problems } = await check({ prometheus: { alerts: [alert("ticket")] } });
    assert.deepEqual(problems, []);
    assert.match(notes.join(), /an alert is firing, ErrorRate/);
  });

  it("is a disk that has less than 2 GiB left", async () => {
    assert.match((await problemsOf({ freeKiB: 2 * 1024 ** 2 - 1 })).join(), /the engine's disk has .* left, a deploy needs 2\.0 GiB: docker system df/);
    assert.deepEqual(await problemsOf({ freeKiB: 2 * 1024 ** 2 }), []);
  });

  it("is not what somebody says a reason for: it is noted, and a full disk still counts", async () => {
    const ill = { containers: [part("motel-backend-a-0", "motel", "backend", { state: "exited" }), well.edge], prometheus: { alerts: [alert("page")] } };
    const { notes, problems } = await check(ill, { despite: "this puts it right" });
    assert.deepEqual(problems, []);
    assert.match(notes.join("\n"), /in spite of: motel's backend is not well[\s\S]*in spite of: a critical alert is firing/);
    assert.match((await problemsOf({ ...ill, freeKiB: 1 }, { despite: "this puts it right" })).join(), /the engine's disk/);
  });
});

describe("a plan", () => {
  const preview: Preview = { changes: [] };
  const plan = async (made: { readonly environment: string; readonly preview: () => Promise<Preview>; readonly runs?: string }): Promise<{ readonly said: string; readonly file: StackFile }> => {
    const stackFile = file();
    const outputs = { environment: made.environment, release: { number: 1, config: {}, systems: { motel: { version: made.runs ?? "1.0.0", images: {} } } }, facts: { edge: { bindAddress: "127.0.0.1", tls: "self-signed" }, systems: [{ id: "motel", url: "https://motel.localhost", smoke: [] }] }, systems: { motel: { enabled: false, version: "1.0.0" } } };
    const cli = new FakeCli();
    cli.secretOutputs = {};
    const context = { root: folder, now: () => new Date("2026-11-21T10:00:00Z"), openStack: () => Promise.reject(new Problem("no such stack")) } as unknown as Context;
    const means: Planning = { stack: { ...stackWith(cli), outputs } as unknown as Stack, engine: new FakeEngine({ volumes: () => Promise.resolve([]) }), context, file: stackFile, say: () => undefined, preview: made.preview };
    try {
      await makePlan(request({}, "2.0.0"), means);
    } catch (error) {
      assert.ok(error instanceof Problem);
      assert.equal(error.exitCode, 1);
      return { said: error.text(), file: stackFile };
    }
    return assert.fail("it was made");
  };

  it("says everything that speaks against it at once, and leaves the stack file as it was", async () => {
    const violated = new PolicyProblem(["policy backed-up: motel-database has no backup"], preview);
    const { file: left, said } = await plan({ environment: "prod", preview: () => Promise.reject(violated), runs: "2.0.0" });
    for (const part of [/motel is switched off/, /whether staging ran motel 2\.0\.0 can't be known[\s\S]*--skip-staging/, /motel 2\.0\.0 runs already/, /policy backed-up/, /Nothing was touched/]) assert.match(said, part);
    assert.equal(left.changed(), false);
    assert.match(readFileSync(left.path, "utf8"), /version: 1\.0\.0/);
  });

  it("holds to the rules outside dev only", async () => {
    const violated = (): Promise<Preview> => Promise.reject(new PolicyProblem(["policy backed-up: motel-database has no backup"], preview));
    assert.match((await plan({ environment: "staging", preview: violated })).said, /policy backed-up/);
    assert.doesNotMatch((await plan({ environment: "dev", preview: violated })).said, /policy backed-up/);
  });

  it("says what a preview refuses", async () => {
    const { said } = await plan({ environment: "staging", preview: () => Promise.reject(new Problem("the program refused it:", ["systems.motel.version is odd", "Nothing was touched."])) });
    assert.match(said, /the program refused it:[\s\S]*systems\.motel\.version is odd/);
  });
});
