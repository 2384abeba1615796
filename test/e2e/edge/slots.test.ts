import { strict as assert } from "node:assert";
import * as https from "node:https";
import { slotWeights, type EdgeModel, type EdgeServer, type SlotShares } from "../../../components/edge";
import { Backend } from "./backend";
import { type Answer, TestEdge, until } from "./harness";
import { Load } from "./load";

const host = "motel.localhost";

describe("the edge of a system in two slots", function () {
  this.timeout(90_000);
  let edge: TestEdge;
  /** Of each slot two for the API, one for pages. */
  let api: Readonly<Record<"a" | "b", readonly Backend[]>>;
  let pages: Readonly<Record<"a" | "b", Backend>>;
  const all = (): Backend[] => [...api.a, ...api.b, pages.a, pages.b];

  before(async () => {
    const start = (name: string): Promise<Backend> => Backend.start(name);
    api = { a: await Promise.all([start("api a-0"), start("api a-1")]), b: await Promise.all([start("api b-0"), start("api b-1")]) };
    pages = { a: await start("page a-0"), b: await start("page b-0") };
    edge = await TestEdge.start([host]);
  });
  after(async () => {
    await edge.stop();
    await Promise.all(all().map((backend) => backend.stop()));
  });
  afterEach(() => {
    for (const backend of all()) {
      backend.healthy = true;
      backend.handler = (_request, response) => response.end(backend.name);
    }
  });

  function model(percentOfB: number): EdgeModel {
    const shares: SlotShares = { a: 100 - percentOfB, b: percentOfB };
    const servers = (of: Readonly<Record<"a" | "b", readonly Backend[]>>): EdgeServer[] => {
      const weights = slotWeights(shares, { a: of.a.length, b: of.b.length });
      return (["a", "b"] as const).flatMap((slot) => of[slot].map((backend, i) => backend.as(`${slot}-${i}`, weights[slot])));
    };
    return edge.model([
      {
        id: "motel",
        hosts: [host],
        routes: [{ path: "/", service: "frontend" }, { path: "/api", service: "backend" }, { path: "/socket.io", service: "backend", websocket: true, sticky: true }],
        services: [
          { name: "backend", port: 1, healthPath: "/health", servers: servers(api) },
          { name: "frontend", port: 1, healthPath: "/health", servers: servers({ a: [pages.a], b: [pages.b] }) },
        ],
        corsOrigins: [`https://${host}:${edge.ports.https}`],
        requestsPerMinute: 1_000_000,
        maxBodyBytes: 1000,
        shares,
      },
    ]);
  }

  const slotIn = ({ body, status }: Answer): string => (status === 200 ? (/ ([ab])-/.exec(body)?.[1] ?? body) : String(status));
  const cookies = (answer: Answer): string[] => (answer.headers["set-cookie"] ?? []).map((cookie) => cookie.split(";")[0] ?? "");
  const get = (path: string, cookie?: string): Promise<Answer> => edge.get(host, path, cookie === undefined ? {} : { headers: { Cookie: cookie } });

  /** How many of a hundred answers without cookies came from slot b, and what answered. */
  async function shareOfB(requests: number): Promise<{ readonly percent: number; readonly answered: ReadonlyMap<string, number> }> {
    const agent = new https.Agent({ keepAlive: true, maxSockets: 4 });
    const answers = await Promise.all(Array.from({ length: requests }, () => edge.get(host, "/api/x", { agent })));
    agent.destroy();
    const answered = new Map<string, number>();
    for (const { body } of answers) answered.set(body, (answered.get(body) ?? 0) + 1);
    return { percent: (100 * answers.filter((answer) => slotIn(answer) === "b").length) / requests, answered };
  }

  it("shares visitors out as it is told, and each slot's among all of its replicas", async () => {
    for (const percent of [10, 50]) {
      await edge.apply(model(percent));
      const { answered, percent: seen } = await shareOfB(1500);
      // Five times the standard deviation of so many draws.
      const tolerance = 5 * Math.sqrt((percent * (100 - percent)) / 1500);
      assert.ok(Math.abs(seen - percent) < tolerance, `${seen} %, not ${percent}`);
      assert.deepEqual([...answered.keys()].sort(), ["api a-0", "api a-1", "api b-0", "api b-1"]);
    }
  });

  it("keeps a visitor in one slot: page, API and sockets, on whatever connection", async () => {
    await edge.apply(model(50));
    const seen = new Set<string>();
    for (let visitors = 0; visitors < 16; visitors += 1) {
      const first = await get("/");
      const [cookie] = cookies(first);
      assert.match(cookie ?? "", /^stackbook_share=\d{1,2}$/);
      assert.match(String(first.headers["set-cookie"]), /; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
      assert.equal(first.headers["cache-control"], "private");
      const slot = slotIn(first);
      for (const path of ["/", "/page", "/api/x", "/api/y", "/socket.io/?transport=polling"]) {
        const answer = await get(path, cookie);
        assert.equal(slotIn(answer), slot, path);
        assert.ok(!cookies(answer).some((given) => given.startsWith("stackbook_share")), "drawn once");
      }
      seen.add(slot);
    }
    assert.deepEqual([...seen].sort(), ["a", "b"]);
  });

  it("draws again for whoever made up a number", async () => {
    for (const made of ["100", "-1", "abc", "7;", "0x1"]) {
      const answer = await get("/api/x", `stackbook_share=${made}`);
      assert.equal(answer.status, 200);
      assert.equal(cookies(answer).length, made === "7;" ? 0 : 1, made);
    }
  });

  it("moves visitors one way only as a share grows", async () => {
    const draws = [0, 5, 20, 49, 50, 80, 99];
    const slots: string[] = [];
    for (const percent of [1, 21, 50, 99]) {
      await edge.apply(model(percent));
      slots.push((await Promise.all(draws.map((draw) => get("/", `stackbook_share=${draw}`)))).map(slotIn).join(""));
    }
    assert.deepEqual(slots, ["baaaaaa", "bbbaaaa", "bbbbaaa", "bbbbbba"]);
  });

  it("looks after the servers of a slot without visitors, and sends them nobody, whatever cookie they have", async () => {
    await edge.apply(model(100));
    for (const backend of all()) backend.seen.length = 0;
    assert.equal((await shareOfB(60)).percent, 100);
    assert.equal(slotIn(await get("/", "stackbook_share=99")), "b");
    const bound = await get("/socket.io/", "first=1; stackbook_motel_backend=a-1; last=2");
    assert.equal(slotIn(bound), "b");
    const [given = ""] = cookies(bound);
    assert.match(given, /^stackbook_motel_backend=b-[01]$/, "and is bound anew");
    for (let round = 0; round < 6; round += 1) assert.equal((await get("/socket.io/", given)).body, bound.body);
    const reached = api.b.flatMap(({ requests }) => requests).find(({ headers }) => headers.cookie?.includes("first") === true);
    assert.equal(reached?.headers.cookie, "first=1; last=2", "the visitor's own cookies get through");
    await until("a's servers are asked for their health", () => [...api.a, pages.a].every(({ seen }) => seen.some(({ url }) => url === "/health")));
    assert.deepEqual([...api.a, pages.a].flatMap(({ requests }) => requests), []);
    const { body } = await edge.admin("/metrics");
    assert.match(body, /haproxy_backend_active_servers\{proxy="motel_backend"\} 2/, "those kept warm don't count as taking requests");
    assert.match(body, /haproxy_server_status\{proxy="motel_backend",server="a-0",state="UP"\} 1/);
  });

  it("answers from the other slot when a visitor's own has nobody left, and comes back to it", async () => {
    await edge.apply(model(50));
    assert.equal(slotIn(await get("/api/x", "stackbook_share=0")), "b");
    for (const backend of api.b) backend.healthy = false;
    // A worker that a reload has replaced ends its connections by what it knew: it takes a moment until everybody gets the same.
    await until("nobody but a answers thirty in a row", async () => {
      const answers = await Promise.all(Array.from({ length: 30 }, () => get("/api/x", "stackbook_share=0")));
      return answers.every((answer) => slotIn(answer) === "a");
    });
    for (const backend of api.b) backend.healthy = true;
    await until("b answers", async () => slotIn(await get("/api/x", "stackbook_share=0")) === "b");
  });

  it("drops no request while shares change", async () => {
    await edge.apply(model(0));
    const load = new Load(edge, host, { fresh: 2, keepAlive: 2, idle: 2, writing: 2 });
    for (const percent of [20, 60, 100, 0]) await edge.apply(model(percent));
    await load.stop();
    assert.deepEqual(load.failures, []);
    assert.ok(load.requests > 100);
    assert.deepEqual([...load.bodies.keys()].sort(), ["page a-0", "page b-0"]);
  });

  it("hides a candidate that dies from its visitors, before any health check can know", async () => {
    await edge.apply(model(60));
    const load = new Load(edge, host, { fresh: 2, keepAlive: 2, idle: 2, writing: 2 });
    await until("it serves", () => (load.bodies.get("page b-0") ?? 0) > 10);
    const { port } = pages.b;
    await pages.b.stop();
    const served = load.bodies.get("page a-0") ?? 0;
    await until("the other slot has its visitors", () => (load.bodies.get("page a-0") ?? 0) > served + 50);
    await pages.b.listen(port);
    await load.stop();
    // What is under way when its server goes is repeated, but for writes; each of the two writers had one at most.
    const writes = load.failures.filter((failure) => failure.startsWith("POST"));
    assert.ok(writes.length <= 2, writes.join("\n"));
    assert.deepEqual(load.failures.filter((failure) => !writes.includes(failure)), []);
  });
});
