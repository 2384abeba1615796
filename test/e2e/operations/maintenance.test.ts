import assert from "node:assert/strict";
import { Visitor, startLoad } from "../support/http";
import type { Outputs } from "../support/stack";
import { Clone } from "./support/clone";

const httpsPort = 30643;
const origin = `https://motel.localhost:${httpsPort}`;
const clone = new Clone("e2e-closed", {
  "stackbook:environment": "dev",
  "stackbook:edge": { httpPort: 30280, httpsPort, rateLimit: { requestsPerMinute: 1_000_000 }, drainSeconds: 2 },
  "stackbook:demo": { seed: true, traffic: false },
  "stackbook:monitoring": { enabled: false },
  "stackbook:systems": { motel: { version: "1.0.0" } },
});

describe("stackbook maintenance on a stack", function () {
  this.timeout(900_000);
  let outputs: Outputs;
  let visitor: Visitor;
  let load: ReturnType<typeof startLoad>;

  const status = async (headers: Record<string, string> = {}): Promise<number> => (await visitor.ask("/api/version", { headers })).status;
  const motel = (): Record<string, unknown> => (clone.settings()["stackbook:systems"] as { motel: Record<string, unknown> }).motel;

  before(async () => {
    await clone.start();
    await clone.up();
    outputs = await clone.outputs();
    visitor = new Visitor(origin, outputs.caCertificate);
  });
  after(() => clone.destroy());

  it("turns visitors away with a page that says why and until when", async () => {
    load = startLoad(origin, outputs.caCertificate, "/api/version", 4);
    await clone.done("maintenance", "on", "motel", "--for", "2h", "--message", "New rooms are being added.", "--why", "OPS-217", "--yes");
    const page = await visitor.ask("/", { headers: { accept: "text/html" } });
    assert.equal(page.status, 503);
    assert.match(page.body, /<h1>Maintenance<\/h1><p>New rooms are being added\.<\/p>/);
    assert.ok(Number(page.headers["retry-after"]) > 7000);
    assert.doesNotMatch(page.body, /OPS-217/);
    assert.match((await clone.done("maintenance", "list")).output, /Motel Manager\n {2}ON .*OPS-217\n +visitors read: New rooms/);
  });

  it("stays on over plain updates, for as long as the stack file says so", async () => {
    await clone.must("preview", "--expect-no-changes");
    clone.configure({ "stackbook:systems": { motel: { ...motel(), maxBodyMiB: 20 } } });
    await clone.up();
    assert.equal(await status(), 503);
  });

  it("lets operators pass, by a link that another stack's key can't make", async () => {
    const { out, output } = await clone.done("maintenance", "pass", "motel", "--for", "10m", "--json");
    const { links: [made], cookie } = JSON.parse(out) as { links: [{ link: string }]; cookie: { name: string; value: string } };
    const taken = await visitor.ask(made.link.slice(origin.length));
    assert.equal(taken.status, 303);
    const set = String(taken.headers["set-cookie"]).split(";")[0] ?? "";
    assert.equal(set, `${cookie.name}=${cookie.value}`);
    assert.equal(await status({ cookie: set }), 200);
    assert.equal(await status({ cookie: `${set.slice(0, -4)}AAAA` }), 503);
    // The outputs' type is of what all tests read.
    const key = (outputs.credentials as unknown as { edge: { passKey: string } }).edge.passKey;
    assert.ok(key.length >= 40);
    const plain = (await clone.must("stack", "export")).output + (await clone.must("stack", "output", "--json")).output + output;
    assert.ok(!plain.includes(key), "the key is nowhere in plain");
  });

  it("lets visitors in again, and has answered every request meanwhile", async () => {
    await clone.done("maintenance", "off", "motel");
    assert.equal(await status(), 200);
    const { answers, failures } = await load.stop();
    assert.ok(answers > 100, `${answers} answers`);
    assert.deepEqual(Object.keys(failures), ["status 503"], JSON.stringify(failures));
    assert.equal(motel()["maintenance"], undefined);
  });

  it("refuses to plan without the notice that is promised, and plans what is announced", async () => {
    const early = await clone.stackbook("maintenance", "schedule", "motel", "--from", "2001-01-01T02:00Z", "--for", "2h");
    assert.equal(early.code, 2, early.output);
    await clone.done("maintenance", "schedule", "motel", "--from", "2099-11-22T02:00Z", "--for", "2h", "--message", "Once in a lifetime.");
    assert.equal(await status(), 200);
    assert.deepEqual((motel()["maintenance"] as { from: string }[]).map(({ from }) => from), ["2099-11-22T02:00Z"]);
  });

  it("blocks addresses, and refuses to block everybody unless that is meant", async () => {
    const refused = await clone.stackbook("block", "0.0.0.0/0", "--yes");
    assert.equal(refused.code, 2);
    assert.match(refused.output, /nobody could use any system/);
    // Every visitor of a container on this machine comes from some address of the engine's.
    await clone.done("block", "0.0.0.0/0", "--for", "1h", "--anyway", "--yes");
    assert.equal(await status(), 403);
    assert.match((await clone.done("blocks")).output, /^0\.0\.0\.0\/0 +until /m);
    await clone.done("unblock", "0.0.0.0/0");
    assert.equal(await status(), 200);
    const { output } = await clone.done("audit");
    for (const what of ["maintenance on motel", "maintenance off motel", "maintenance pass motel", "block 0.0.0.0/0", "unblock 0.0.0.0/0"]) assert.ok(output.includes(what), what);
  });
});
