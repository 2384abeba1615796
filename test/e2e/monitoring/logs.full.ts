// Slow: Loki takes 10 to 20 minutes to build where it can't be pulled
import assert from "node:assert/strict";
import { boardsOf, panelQueries } from "../../../dashboards";
import { systems } from "../../../systems";
import { lackOf, imageReference } from "../../engine/inImage";
import { containersOf, engine, runOnce } from "../support/engine";
import { TestStack, type Outputs } from "../support/stack";
import { Worker } from "./support/client";

const ids = ["motel", "sms"] as const;
const ports = { httpPort: 27180, httpsPort: 27543 };

/** From a written line to one that can be found: batches of the collector, then of Loki. */
const patienceSeconds = 60;

interface Stream {
  readonly stream: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [string, string])[];
}

describe("logs in Loki", function () {
  this.timeout(600_000);
  const stack = new TestStack("e2e-loki", {
    "stackbook:environment": "dev",
    "stackbook:edge": ports,
    "stackbook:demo": { seed: true, traffic: false },
    "stackbook:systems": Object.fromEntries(ids.map((id) => [id, { version: "1.0.0", services: { backend: { settings: { REFERENCE_FAULTS: "1" } } } }])),
    "stackbook:monitoring": { enabled: true },
  });
  const workers = new Map<string, Worker>();
  const worker = (id: (typeof ids)[number]): Worker => {
    const found = workers.get(id);
    assert.ok(found);
    return found;
  };

  before(async () => {
    assert.equal(lackOf("loki"), undefined);
    assert.equal(lackOf("collector"), undefined);
    await stack.init();
    await stack.mustUp();
    const outputs: Outputs = await stack.outputs();
    for (const id of ids) workers.set(id, new Worker(outputs.systems[id]?.url ?? "", outputs.caCertificate, outputs.credentials[id]?.login ?? { email: "", password: "" }));
  });
  after(async () => {
    for (const one of workers.values()) one.close();
    await stack.destroy();
  });

  it("has the lines of systems, of the stack's own parts and of audit logs, each in its stream", async () => {
    await worker("sms").signIn();
    await worker("motel").ask("/api/suites");
    for (const [stream, more] of [["application", 'system="motel",service="backend"'], ["system", 'system="motel",service="database"'], ["system", 'system="stack"'], ["audit", 'system="sms"']] as const) {
      await find(`{stack="${stack.name}",stream="${stream}",${more}}`);
    }
  });

  it("finds one request in the edge's log and in the application's by its number", async () => {
    const { headers } = await worker("motel").ask("/api/tasks");
    const id = String(headers["x-request-id"]);
    for (const service of ["edge", "backend"]) {
      const [found] = await find(`{stack="${stack.name}",system="motel",service="${service}"} | request_id="${id}"`);
      assert.ok(found?.values.some(([, line]) => line.includes(id)), service);
    }
  });

  it("has no planted secret, and keeps the rest of its line", async () => {
    await worker("motel").pushFault({ line: "planted: Authorization: Bearer TOP-of-the-secrets-0123456789, and password=TOPSECRET end of it", seconds: 1 });
    const lines = (await find(`{stack="${stack.name}",system="motel"} |= "planted"`)).flatMap(({ values }) => values.map(([, line]) => line));
    assert.ok(lines.some((line) => line.includes("***") && line.includes("a line on demand")), lines.join("\n"));
    assert.deepEqual(await query(`{stack="${stack.name}"} |= "TOP-of-the-secrets"`), []);
    assert.deepEqual(await query(`{stack="${stack.name}"} |= "TOPSECRET"`), []);
  });

  it("keeps each stream for its own time", async () => {
    const config = await ask("/config");
    for (const [stream, days] of [["application", 90], ["system", 30], ["audit", 365], ["backup", 30]] as const) {
      // As Loki prints what it runs with: 365 days are 1y.
      const period = days === 365 ? "1y" : days === 90 ? "12w6d" : "4w2d";
      assert.match(config, new RegExp(`period: (${days * 24}h(0m0s)?|${days}d|${period})[^-]*selector: '\\{stream="${stream}"\\}'`), stream);
    }
  });

  it("answers every query of the dashboards of logs", async () => {
    const facts = ids.map((id) => ({ id, title: systems[id].title, engine: systems[id].database.engine, redis: systems[id].redis !== undefined }));
    const boards = boardsOf({ systems: facts, lines: () => [], logs: true, backups: false, drills: false, publicUrls: {} });
    const queries = panelQueries(boards).filter(({ datasource }) => datasource === "loki");
    assert.ok(queries.length > 0);
    for (const { expr, panel, exception } of queries) {
      const found = await query(expr);
      assert.ok(found.length > 0 || exception !== undefined, `${panel}: ${expr}`);
    }
  });

  it("gets the lines of the time in which it was away", async () => {
    const [loki] = await containersOf(stack.name, { service: "loki" });
    await engine.getContainer(loki?.Id ?? "").stop({ t: 30 });
    await worker("motel").pushFault({ line: "said while Loki was away", seconds: 1 });
    await new Promise((resolve) => setTimeout(resolve, 10_000));
    await engine.getContainer(loki?.Id ?? "").start();
    await find(`{stack="${stack.name}",system="motel",service="backend"} |= "said while Loki was away"`);
  });

  /** Waits until there is something. */
  async function find(expr: string): Promise<readonly Stream[]> {
    for (const end = Date.now() + patienceSeconds * 1000; ; await new Promise((resolve) => setTimeout(resolve, 2000))) {
      const found = await query(expr).catch((error: unknown) => {
        if (Date.now() > end) throw error;
        return [];
      });
      if (found.length > 0) return found;
      assert.ok(Date.now() < end, `nothing within ${patienceSeconds} s for ${expr}`);
    }
  }

  async function query(expr: string): Promise<readonly Stream[]> {
    const answer = JSON.parse(await ask(`/loki/api/v1/query_range?limit=100&since=1h&query=${encodeURIComponent(expr)}`)) as { data: { result: readonly Stream[] } };
    return answer.data.result;
  }

  /** From a container among the monitoring's: nobody else can reach Loki. */
  async function ask(path: string): Promise<string> {
    const [loki] = await containersOf(stack.name, { service: "loki" });
    const network = Object.keys(loki?.NetworkSettings.Networks ?? {})[0] ?? "";
    const script = `fetch("http://loki:3100" + process.argv[1]).then(async (answer) => { const text = await answer.text(); if (!answer.ok) throw new Error(answer.status + " " + text); process.stdout.write(text); })`;
    const { code, output } = await runOnce(imageReference("node"), ["node", "-e", script, path], network);
    if (code !== 0) throw new Error(output);
    // The engine puts eight bytes before each piece of a container's output.
    return output.slice(output.search(/[{[a-z]/));
  }
});
