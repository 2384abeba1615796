import assert from "node:assert/strict";
import { containersOf, engine } from "../support/engine";
import { startLoad, Visitor } from "../support/http";
import { TestStack, type Outputs } from "../support/stack";

const httpsPort = 29463;
const stack = new TestStack("e2e-slots", {
  "stackbook:environment": "dev",
  "stackbook:edge": { httpPort: 29100, httpsPort, rateLimit: { requestsPerMinute: 1_000_000 }, drainSeconds: 5 },
  "stackbook:demo": { seed: true, traffic: true },
  "stackbook:backups": { drill: { enabled: false } },
  "stackbook:systems": { motel: { version: "1.0.0" } },
});
const origin = `https://motel.localhost:${httpsPort}`;

interface Beside extends Outputs {
  readonly systems: Readonly<Record<string, Outputs["systems"][string] & { readonly slot: string; readonly beside?: { readonly version: string; readonly percent: number; readonly slot: string; readonly services: Readonly<Record<string, { readonly containers: string[] }>> } }>>;
}

describe("two versions of motel side by side, under load from the first to the last second", function () {
  this.timeout(900_000);
  let ca: string;
  let load: ReturnType<typeof startLoad>;
  /** Names of tasks that ran since somebody last looked. */
  const ran: string[] = [];
  let events: NodeJS.ReadableStream & { destroy(): void };

  before(async () => {
    await stack.init();
    await stack.mustUp();
    ca = (await stack.outputs()).caCertificate;
    load = startLoad(origin, ca, "/api/version", 4);
    // The cast: Node's type of the stream lacks the method that ends it.
    events = (await engine.getEvents({ filters: { type: ["container"], event: ["start"], label: [`stackbook.stack=${stack.name}`, "stackbook.role=task"] } })) as typeof events;
    let rest = "";
    events.on("data", (chunk: Buffer) => {
      const lines = (rest + chunk.toString("utf8")).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) ran.push((JSON.parse(line) as { Actor: { Attributes: Record<string, string> } }).Actor.Attributes["stackbook.service"] ?? "");
    });
  });
  after(async () => {
    events?.destroy();
    await load?.stop();
    await stack.destroy();
  });

  /** Name -> id, of every container of the stack. */
  const standing = async (): Promise<Map<string, string>> => new Map((await containersOf(stack.name)).filter(({ Labels }) => Labels["stackbook.role"] !== "task").map(({ Id, Names }) => [(Names[0] ?? "").slice(1), Id]));
  const inSlot = (containers: ReadonlyMap<string, string>, slot: "a" | "b"): string[] => [...containers.keys()].filter((name) => new RegExp(`^motel-(backend|frontend)-${slot}-0-`).test(name));

  /** Brings the system's keys out, and tells what of the engine is another, and which tasks ran. */
  async function bring(motel: Record<string, unknown>): Promise<{ readonly came: string[]; readonly went: string[]; readonly tasks: string[]; readonly output: string }> {
    const before = await standing();
    ran.length = 0;
    await stack.configure({ "stackbook:systems": { motel } });
    const { output } = await stack.mustUp();
    const after = await standing();
    const without = (all: ReadonlyMap<string, string>, others: ReadonlyMap<string, string>): string[] => [...all].filter(([, id]) => ![...others.values()].includes(id)).map(([name]) => name.replace(/-[0-9a-f]+$/, "")).sort();
    return { came: without(after, before), went: without(before, after), tasks: [...ran].sort(), output };
  }

  /** Versions that visitors without cookies got, in percent. */
  async function shares(requests: number): Promise<Record<string, number>> {
    const visitor = new Visitor(origin, ca, true);
    const counts: Record<string, number> = {};
    for (let asked = 0; asked < requests; asked += 1) {
      const { version } = await visitor.json<{ version: string }>("/api/version");
      counts[version] = (counts[version] ?? 0) + 100 / requests;
    }
    visitor.close();
    return counts;
  }

  /** The versions of page and API that one visitor gets, who keeps cookies as browsers do. */
  async function visit(cookie?: string): Promise<{ readonly versions: ReadonlySet<string>; readonly cookie: string | undefined }> {
    const visitor = new Visitor(origin, ca);
    const versions = new Set<string>();
    let jar = cookie;
    for (let round = 0; round < 6; round += 1) {
      for (const path of ["/", "/api/version"]) {
        const { body, headers, status } = await visitor.ask(path, { headers: { accept: "text/html, application/json", ...(jar === undefined ? {} : { cookie: jar }) } });
        assert.equal(status, 200, path);
        const [given] = headers["set-cookie"] ?? [];
        if (given !== undefined) {
          assert.equal(jar, undefined, "a visitor draws once");
          jar = given.split(";")[0];
        }
        versions.add(/\b([12]\.0\.0)\b/.exec(body)?.[1] ?? `nothing in ${path}`);
      }
    }
    visitor.close();
    return { versions, cookie: jar };
  }

  it("brings a candidate beside the old version, backed up and migrated before, with its share of visitors", async () => {
    const { came, tasks, went } = await bring({ version: "1.0.0", beside: { version: "2.0.0", percent: 30 } });
    assert.deepEqual([came, went], [["motel-backend-b-0", "motel-frontend-b-0"], []]);
    assert.deepEqual(tasks, ["before-change", "migration", "routes"]);
    const outputs = (await stack.outputs()) as Beside;
    assert.deepEqual([outputs.systems["motel"]?.version, outputs.systems["motel"]?.beside?.version, outputs.systems["motel"]?.beside?.percent, outputs.systems["motel"]?.beside?.slot], ["1.0.0", "2.0.0", 30, "b"]);
    const { "2.0.0": candidate = 0 } = await shares(600);
    // Four times the standard deviation of 600 draws.
    assert.ok(Math.abs(candidate - 30) < 7.5, `${candidate} % of requests, not 30`);
  });

  it("keeps each visitor with one version, page and API alike", async () => {
    for (let visitors = 0; visitors < 6; visitors += 1) {
      const { cookie, versions } = await visit();
      assert.match(cookie ?? "", /^stackbook_share=\d{1,2}$/);
      assert.equal(versions.size, 1, [...versions].join(", "));
    }
    assert.deepEqual([...(await visit("stackbook_share=0")).versions], ["2.0.0"]);
    assert.deepEqual([...(await visit("stackbook_share=99")).versions], ["1.0.0"]);
  });

  it("answers for a candidate that dies, with the old version", async () => {
    const [name] = inSlot(await standing(), "b");
    const candidate = engine.getContainer(name ?? "");
    await candidate.kill();
    try {
      const { versions } = await visit("stackbook_share=0");
      assert.ok(versions.has("1.0.0"));
    } finally {
      await candidate.start();
    }
    for (let wait = 0; !(await visit("stackbook_share=0")).versions.has("2.0.0"); wait += 1) assert.ok(wait < 60, "the candidate doesn't come back");
  });

  it("gives it everybody, and restarts nothing", async () => {
    const { came, tasks, went } = await bring({ version: "1.0.0", beside: { version: "2.0.0", percent: 100 } });
    assert.deepEqual([came, went, tasks], [[], [], ["routes"]]);
    assert.deepEqual(Object.keys(await shares(100)), ["2.0.0"]);
    assert.deepEqual([...(await visit("stackbook_share=99")).versions], ["2.0.0"], "also those who were with the old version");
  });

  it("promotes it without a task, a reload or another container", async () => {
    const { came, output, tasks, went } = await bring({ version: "2.0.0", slot: "b", beside: { version: "1.0.0", percent: 0 } });
    assert.deepEqual([came, went, tasks], [[], [], []]);
    assert.doesNotMatch(output, /\b(created|deleted|replaced)\b/);
    const { motel } = ((await stack.outputs()) as Beside).systems;
    assert.deepEqual([motel?.version, motel?.slot, motel?.beside?.version, motel?.beside?.slot], ["2.0.0", "b", "1.0.0", "a"]);
    assert.deepEqual(Object.keys(await shares(100)), ["2.0.0"]);
  });

  it("goes back at once, without the old version's migration, and restarts nothing", async () => {
    const { came, tasks, went } = await bring({ version: "1.0.0", slot: "a", beside: { version: "2.0.0", percent: 0 } });
    assert.deepEqual([came, went, tasks], [[], [], ["routes"]]);
    assert.deepEqual(Object.keys(await shares(100)), ["1.0.0"]);
  });

  it("lets the other slot go when it is taken out, and nothing else", async () => {
    const { came, tasks, went } = await bring({ version: "2.0.0", slot: "b" });
    assert.deepEqual([came, went, tasks], [[], ["motel-backend-a-0", "motel-frontend-a-0"], ["routes"]]);
    assert.deepEqual(Object.keys(await shares(100)), ["2.0.0"]);
    await stack.mustRun("preview", "--expect-no-changes");
  });

  it("has not failed one request all the while", async () => {
    const { answers, failures, versions } = await load.stop();
    assert.deepEqual(failures, {});
    assert.ok(answers > 1000, `${answers} answers are too few to tell`);
    assert.deepEqual([...versions].sort(), ["1.0.0", "2.0.0"]);
  });
});
